// SPDX-License-Identifier: Apache-2.0
//
// Tests of hellos whose server name is encrypted, and of the facts that are
// kept of a hello.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "flow/flow_meter.h"
#include "flow/name_finder.h"
#include "support/dns_bytes.h"
#include "support/flow_collector.h"
#include "support/hello_bytes.h"
#include "support/quic_bytes.h"
#include "support/test_frame.h"
#include "support/wire.h"

namespace flowtell {
namespace {

using HelloLines = std::vector<std::string>;

DnsBytes dns_answer(std::uint32_t seconds = 300,
                    std::string_view name = "www.example.org") {
  return dns().asks(name).v4(name, kServer, seconds);
}

// --- Encrypted ClientHello ---------------------------------------------------

const std::string kOuter = "cloudflare-ech.com";

std::string ech_hello(const std::string& outer = kOuter) {
  return client_hello({.server = outer, .extensions = {ech_extension()}});
}

TEST(EncryptedHello, KeepsTheOuterNameAsNoEvidence) {
  EXPECT_EQ(names(Wire().syn().segment(0, tls_records(ech_hello()))),
            (HelloLines{"ech cloudflare-ech.com h2"}));
  EXPECT_EQ(names(Wire().datagram(quic_initial(
                {.frames = padded(crypto_frame(0, ech_hello()))}))),
            (HelloLines{"ech cloudflare-ech.com h2"}));
  const FlowName name{kOuter, NameSource::kEch, {}};
  EXPECT_EQ(name.evidence(), "");
  EXPECT_EQ((FlowName{kOuter, NameSource::kTls, {}}).evidence(), kOuter);
}

TEST(EncryptedHello, HasTheNameByWhichDnsGaveTheAddress) {
  EXPECT_EQ(names(Wire()
                      .answer(dns_answer())
                      .syn()
                      .segment(0, tls_records(ech_hello()))),
            (HelloLines{"dns www.example.org h2"}));
  EXPECT_EQ(names(Wire()
                      .answer(dns_answer(), "192.168.12.101")
                      .syn()
                      .segment(0, tls_records(ech_hello()))),
            (HelloLines{"ech cloudflare-ech.com h2"}))
      << "told to another device";
  EXPECT_EQ(names(Wire()
                      .answer(dns_answer(1))
                      .after(10min)
                      .syn()
                      .segment(0, tls_records(ech_hello()))),
            (HelloLines{"ech cloudflare-ech.com h2"}))
      << "expired";
}

// GREASE: the true name, which the device looked up.
TEST(EncryptedHello, KeepsANameThatTheDeviceLookedUp) {
  const std::string hello = tls_records(ech_hello("www.example.org"));
  EXPECT_EQ(names(Wire().answer(dns_answer()).syn().segment(0, hello)),
            HelloLines{"tls www.example.org h2"});
  EXPECT_EQ(names(Wire()
                      .answer(dns_answer())
                      .answer(dns_answer(300, "other.example"))
                      .syn()
                      .segment(0, hello)),
            HelloLines{"tls www.example.org h2"})
      << "the newest answer for the address has another name";
  EXPECT_EQ(names(Wire()
                      .answer(dns()
                                  .asks("www.example.org")
                                  .v4("www.example.org", "198.51.100.1"))
                      .answer(dns_answer(300, "other.example"))
                      .syn()
                      .segment(0, hello)),
            HelloLines{"tls www.example.org h2"})
      << "at another address";
}

// The extension may come in a later segment than the name.
TEST(EncryptedHello, IsRecognisedInParts) {
  const std::string hello = tls_records(ech_hello());
  for (const std::size_t cut : {100u, 150u, 200u}) {
    Wire wire = Wire().answer(dns_answer()).syn();
    wire.segment(0, hello.substr(0, cut)).segment(cut, hello.substr(cut));
    EXPECT_EQ(names(wire), (HelloLines{"dns www.example.org h2"})) << cut;
  }
}

// --- facts of the hello ------------------------------------------------------

// The facts of the first flow to the server: JA4, version, protocols.
std::string facts(const Wire& wire) {
  FlowOptions options;
  options.names = options.hello = true;
  for (const CollectedFlow& flow : wire.flows(options).flows) {
    if (flow.remote.text() == kServer) return flow.hello;
  }
  return "no flow";
}

constexpr std::string_view kHash = "62ed6f6ca7ad_000000000000";

TEST(HelloFacts, AreOfTheWholeHello) {
  const std::string hello = tls_records(client_hello());
  const std::string whole = fmt::format("t12d0202h2_{}  h2,http/1.1", kHash);
  EXPECT_EQ(facts(Wire().syn().segment(0, hello)), whole);
  EXPECT_EQ(facts(Wire()
                      .syn()
                      .segment(70, hello.substr(70))
                      .segment(0, hello.substr(0, 70))),
            whole);
  EXPECT_EQ(facts(Wire().syn().segment(0, tls_records(client_hello(), 50))),
            whole);
}

TEST(HelloFacts, HaveNoFingerprintOfACutHello) {
  const std::string hello = tls_records(client_hello({.padding_after = 600}));
  EXPECT_EQ(facts(Wire().syn().segment(0, hello).snapped(300)), "");
  const std::string late = tls_records(
      client_hello({.extensions = {{0x0033, std::string(600, 'k')}}}));
  EXPECT_EQ(facts(Wire().syn().segment(0, late).snapped(400)), "  h2,http/1.1");
}

TEST(HelloFacts, NameTheQuicVersion) {
  const auto with = [](QuicVersion version) {
    return facts(Wire().datagram(
        quic_initial({.frames = padded(crypto_frame(0, client_hello())),
                      .version = version})));
  };
  const auto expected = [](std::string_view version) {
    return fmt::format("q12d0202h2_{} {} h2,http/1.1", kHash, version);
  };
  EXPECT_EQ(with(QuicVersion::k1), expected("1"));
  EXPECT_EQ(with(QuicVersion::k2), expected("2"));
  EXPECT_EQ(with(QuicVersion::kDraft29), expected("draft-29"));
  EXPECT_EQ(facts(Wire().datagram(google_hello({.version = "Q046"}))),
            " Q046 ");
}

TEST(HelloFacts, AreKeptOnlyOnRequest) {
  FlowOptions options;
  options.names = true;
  const auto flows =
      Wire().syn().segment(0, tls_records(client_hello())).flows(options);
  EXPECT_EQ(flows.flows.front().server, "www.example.org");
  EXPECT_EQ(flows.flows.front().hello, "");
}

// Beyond the limit, the facts used least recently are lost, not the names.
TEST(HelloFacts, AreBounded) {
  Wire wire = Wire().syn().segment(0, tls_records(client_hello()));
  for (std::size_t i = 0; i < NameFinder::kMaxFacts; ++i) {
    const std::string other =
        client_hello({.protocols = {fmt::format("p{}", i)}});
    wire.segment(0, tls_records(other), static_cast<Port>(1024 + i));
  }
  EXPECT_EQ(facts(wire), "");
  EXPECT_EQ(names(wire).front(), "tls www.example.org");
}

TEST(HelloFacts, HaveThreeParts) {
  const HelloFacts all("ja4 1 h2,http/1.1");
  EXPECT_EQ(all.ja4(), "ja4");
  EXPECT_EQ(all.quic_version(), "1");
  EXPECT_EQ(all.alpn(), "h2,http/1.1");
  EXPECT_EQ(HelloFacts().alpn(), "");
  EXPECT_EQ(HelloFacts::text_of("", "", ""), "");
  EXPECT_EQ(HelloFacts(HelloFacts::text_of("", "2", "")).quic_version(), "2");
}

}  // namespace
}  // namespace flowtell
