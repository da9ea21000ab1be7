// SPDX-License-Identifier: Apache-2.0
//
// Tests of names in streams other than TLS from their first byte: HTTP,
// preambles, DNS over TCP; and of copies of a SYN.
#include <gtest/gtest.h>

#include "flow/name_finder.h"
#include "support/dns_bytes.h"
#include "support/hello_bytes.h"
#include "support/put.h"
#include "support/wire.h"

namespace flowtell {
namespace {

using namespace std::string_literals;
using Lines = std::vector<std::string>;

const std::string kRequest = "GET / HTTP/1.1\r\nHost: a.example:80\r\n\r\n";
const Lines kHttp{"http a.example"};
const Lines kTlsStream{"tls www.example.org h2"};

// --- HTTP and preambles ------------------------------------------------------

TEST(NameFinder, ReadsTheHostOfAnHttpRequest) {
  EXPECT_EQ(names(Wire().syn().segment(0, kRequest)), kHttp);
  EXPECT_EQ(names(Wire().segment(0, kRequest)), kHttp) << "without the SYN";
  for (std::size_t cut = 1; cut < kRequest.size(); ++cut) {
    ASSERT_EQ(names(Wire()
                        .syn()
                        .segment(0, kRequest.substr(0, cut))
                        .segment(cut, kRequest.substr(cut))),
              kHttp)
        << cut;
  }
}

TEST(NameFinder, KeepsTheDnsNameOfARequestWithoutAHost) {
  const DnsBytes answer = dns().asks("b.example").v4("b.example", kServer, 300);
  EXPECT_EQ(
      names(Wire().answer(answer).syn().segment(0, "GET / HTTP/1.0\r\n\r\n")),
      (Lines{"dns b.example"}));
  EXPECT_EQ(names(Wire().answer(answer).syn().segment(0, kRequest)), kHttp);
}

TEST(NameFinder, ReadsTheNameBehindATunnel) {
  const std::string connect = "CONNECT t.example:443 HTTP/1.1\r\n\r\n";
  const std::string hello = tls_records(client_hello());
  const Wire tunnel =
      Wire().syn().segment(0, connect).reply("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(names(tunnel), (Lines{"http t.example"}));
  EXPECT_EQ(names(Wire(tunnel).segment(connect.size(), hello)), kTlsStream);
  EXPECT_EQ(names(Wire(tunnel).segment(connect.size(), "SSH-2.0-x\r\n")),
            (Lines{"http t.example"}));
}

TEST(NameFinder, ReadsTheNameBehindSocks) {
  const std::string greeting = "\x05\x01\x00"s;
  const std::string request = "\x05\x01\x00\x03\x09t.example\x01\xbb"s;
  const std::size_t size = greeting.size() + request.size();
  const std::string hello = tls_records(client_hello());
  for (Wire wire : {Wire().syn(), Wire()}) {
    wire.segment(0, greeting).reply("\x05\x00"s).segment(3, request);
    EXPECT_EQ(names(wire), (Lines{"socks t.example"}));
    EXPECT_EQ(names(Wire(wire)
                        .segment(size, hello.substr(0, 40))
                        .segment(size + 40, hello.substr(40))),
              kTlsStream);
  }
}

TEST(NameFinder, ReadsTheNameAfterStartTls) {
  const std::string hello = tls_records(client_hello());
  EXPECT_EQ(names(Wire()
                      .syn()
                      .reply("220 mail.example ESMTP\r\n")
                      .segment(0, "EHLO phone\r\n")
                      .reply("250 STARTTLS\r\n")
                      .segment(12, "STARTTLS\r\n")
                      .reply("220 go\r\n")
                      .segment(22, hello)),
            kTlsStream);
}

// Recordings keep hellos but not what comes before (live/content_cut.h).
TEST(NameFinder, ReadsAHelloBehindContentThatWasCut) {
  const std::string connect = "CONNECT t.example:443 HTTP/1.1\r\n\r\n";
  constexpr std::size_t kHeaders = 40;  // IPv4 and TCP
  EXPECT_EQ(names(Wire()
                      .syn()
                      .segment(0, connect)
                      .snapped(kHeaders)
                      .reply("HTTP/1.1 200 OK\r\n\r\n")
                      .snapped(kHeaders)
                      .segment(connect.size(), tls_records(client_hello()))),
            kTlsStream);
}

// --- copies of a SYN ---------------------------------------------------------

Wire& add_syn(Wire& wire, std::uint32_t sequence) {
  return wire.add(frame()
                      .raw()
                      .ipv4(kPhoneText, kServer)
                      .tcp(40000, 443, kTcpSyn)
                      .sequence(sequence));
}

TEST(NameFinder, KeepsTheNameOnALateCopyOfTheSyn) {
  const std::string hello = tls_records(client_hello());
  Wire wire = Wire().syn().segment(0, hello).after(500ms).syn();
  EXPECT_EQ(names(wire), kTlsStream);
  wire.segment(hello.size(), "data").segment(hello.size() + 4, kRequest);
  EXPECT_EQ(names(wire), kTlsStream);
}

TEST(NameFinder, KeepsAnIncompleteHelloOnACopyOfTheSyn) {
  const std::string hello = tls_records(client_hello());
  EXPECT_EQ(names(Wire()
                      .syn()
                      .segment(0, hello.substr(0, 60))
                      .syn()
                      .segment(60, hello.substr(60))),
            kTlsStream);
}

TEST(NameFinder, DropsTheNameOnANewConnection) {
  Wire wire = Wire().syn().segment(0, tls_records(client_hello())).after(10s);
  add_syn(wire, 77).after(1ms).segment(0, "");
  EXPECT_EQ(names(wire), (Lines{kTlsStream[0], "none"}));
}

// --- DNS over TCP (RFC 7766) -------------------------------------------------

constexpr std::string_view kResolver = "192.168.12.1";

std::string framed(const DnsBytes& message) {
  std::string out;
  put(out, static_cast<std::uint16_t>(message.bytes().size()), ByteOrder::kBig);
  return out + message.bytes();
}

// The phone asks, or the resolver answers, at this offset of its stream.
Wire& ask(Wire& wire, std::size_t offset, const std::string& bytes) {
  return wire.add(frame()
                      .raw()
                      .ipv4(kPhoneText, kResolver)
                      .tcp(3333, 53)
                      .sequence(static_cast<std::uint32_t>(offset))
                      .payload(bytes));
}
Wire& answer(Wire& wire, std::size_t offset, const std::string& bytes) {
  return wire.add(frame()
                      .raw()
                      .ipv4(kResolver, kPhoneText)
                      .tcp(53, 3333)
                      .sequence(static_cast<std::uint32_t>(offset))
                      .payload(bytes));
}

const std::string kQuery = framed(dns().flags(0x0100).asks("www.example.org"));
const std::string kAnswer =
    framed(dns().asks("www.example.org").v4("www.example.org", kServer, 300));
const Lines kDnsStream{"dns www.example.org"};

TEST(NameFinder, ReadsDnsOverTcp) {
  Wire wire;
  ask(wire, 0, kQuery);
  EXPECT_EQ(names(wire, kResolver), (Lines{"question www.example.org"}));
  answer(wire, 0, kAnswer);
  wire.datagram("data");
  EXPECT_EQ(names(wire, kResolver), (Lines{"question www.example.org"}));
  EXPECT_EQ(names(wire), kDnsStream);
}

TEST(NameFinder, JoinsSegmentsOfDnsOverTcp) {
  const std::string other =
      framed(dns().asks("b.example").v4("b.example", "203.0.113.9", 300));
  const std::string both = other + kAnswer;
  for (std::size_t cut = 1; cut < both.size(); ++cut) {
    Wire wire;
    answer(wire, 100, both.substr(0, cut));
    answer(wire, 100 + cut, both.substr(cut));
    EXPECT_EQ(names(wire.datagram("data")), kDnsStream) << cut;
  }
}

TEST(NameFinder, ReadsAnswersOverTcpOfServersOnly) {
  Wire wire;
  ask(wire, 0, kAnswer);
  wire.datagram("data");
  EXPECT_EQ(names(wire), (Lines{"none"}));
}

TEST(NameFinder, ReadsTlsOnThePortOfDns) {
  Wire wire;
  ask(wire, 0, tls_records(client_hello()));
  EXPECT_EQ(names(wire, kResolver), kTlsStream);
}

TEST(NameFinder, UsesTheHintsOfHttpsRecords) {
  const std::string hint("\xcb\x00\x71\x05", 4);
  EXPECT_EQ(names(Wire()
                      .answer(dns()
                                  .asks("www.example.org", 65)
                                  .https("www.example.org", 1, "",
                                         https_parameter(4, hint)))
                      .datagram("data")),
            kDnsStream);
}

}  // namespace
}  // namespace flowtell
