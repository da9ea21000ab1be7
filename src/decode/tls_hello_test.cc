// SPDX-License-Identifier: Apache-2.0
#include "decode/tls_hello.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/hello_bytes.h"

namespace flowtell {
namespace {

using State = TlsHello::State;

TlsHello read(const std::string& stream) {
  return read_tls_hello(as_bytes(stream));
}

TEST(TlsHello, GivesTheServerNameAndTheFirstProtocol) {
  const TlsHello hello = read(tls_records(client_hello()));
  EXPECT_EQ(hello.state, State::kDone);
  EXPECT_EQ(hello.server_name.text(), "www.example.org");
  EXPECT_EQ(hello.alpn(), "h2");
}

TEST(TlsHello, MayStretchOverRecordsOfAnySize) {
  for (std::size_t most = 1; most < 300; ++most) {
    const TlsHello hello = read(tls_records(client_hello(), most));
    EXPECT_EQ(hello.state, State::kDone) << most;
    EXPECT_EQ(hello.server_name.text(), "www.example.org") << most;
  }
}

TEST(TlsHello, MayHaveNoName) {
  const TlsHello hello =
      read(tls_records(client_hello({.server = "", .protocols = {}})));
  EXPECT_EQ(hello.state, State::kDone);
  EXPECT_TRUE(hello.server_name.empty());
  EXPECT_EQ(hello.alpn(), "");
}

TEST(TlsHello, PassesOverNamesThatAreNone) {
  EXPECT_TRUE(read(tls_records(client_hello({.server = "not a name"})))
                  .server_name.empty());
  const TlsHello grease =
      read(tls_records(client_hello({.protocols = {"\x0a\x0a", "http/1.1"}})));
  EXPECT_EQ(grease.alpn(), "http/1.1");
}

TEST(TlsHello, CutAnywhereGivesWhatStandsBeforeTheCut) {
  const std::string whole = tls_records(client_hello({.padding_after = 40}));
  const std::size_t name_end = whole.find("example.org") + 11;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const TlsHello hello = read(whole.substr(0, size));
    ASSERT_EQ(hello.state, State::kNeedsMore) << size;
    ASSERT_GE(hello.missing, 1u) << size;
    ASSERT_LE(hello.missing, whole.size() - size) << size;
    ASSERT_EQ(!hello.server_name.empty(), size >= name_end) << size;
  }
}

TEST(TlsHello, IsNotWhatBeginsOtherwise) {
  for (const std::string text :
       {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x01\x01\x02", "\x17\x03\x03",
        "\x16\x04", "SSH-2.0-OpenSSH"}) {
    EXPECT_EQ(read(text).state, State::kNone) << text;
  }
  EXPECT_EQ(read_handshake_hello(as_bytes("\x02")).state, State::kNone);
}

TEST(TlsHello, BearsEveryBitTurned) {
  const std::string whole = tls_records(client_hello(), 100);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string turned = whole;
    turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ (1 << (bit % 8)));
    const TlsHello hello = read(turned);
    EXPECT_LE(hello.server_name.text().size(), HostName::kLongest);
  }
}

RC_GTEST_PROP(TlsHello, BearsAnything, (const std::string& garbage)) {
  const std::string stream = "\x16\x03\x01" + garbage;
  read(stream);
  read_handshake_hello(as_bytes(garbage));
  const TlsHello hello =
      read_handshake_hello(as_bytes(client_hello().substr(0, 60) + garbage));
  RC_ASSERT(hello.alpn().size() <= TlsHello::kLongestAlpn);
}

}  // namespace
}  // namespace flowtell
