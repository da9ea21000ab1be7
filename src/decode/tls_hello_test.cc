// SPDX-License-Identifier: Apache-2.0
#include "decode/tls_hello.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "support/hello_bytes.h"

namespace flowtell {
namespace {

using State = TlsHello::State;

TlsHello read(const std::string& stream) {
  return read_tls_hello(as_bytes(stream));
}

TEST(TlsHello, ReadsTheServerNameAndTheFirstProtocol) {
  const TlsHello hello = read(tls_records(client_hello()));
  EXPECT_EQ(hello.state, State::kDone);
  EXPECT_EQ(hello.server_name.text(), "www.example.org");
  EXPECT_EQ(hello.alpn(), "h2");
}

TEST(TlsHello, SpansRecordsOfAnySize) {
  for (std::size_t max_size = 1; max_size < 300; ++max_size) {
    const TlsHello hello = read(tls_records(client_hello(), max_size));
    EXPECT_EQ(hello.state, State::kDone) << max_size;
    EXPECT_EQ(hello.server_name.text(), "www.example.org") << max_size;
  }
}

TEST(TlsHello, MayHaveNoName) {
  const TlsHello hello =
      read(tls_records(client_hello({.server = "", .protocols = {}})));
  EXPECT_EQ(hello.state, State::kDone);
  EXPECT_TRUE(hello.server_name.empty());
  EXPECT_EQ(hello.alpn(), "");
}

TEST(TlsHello, SkipsInvalidNames) {
  EXPECT_TRUE(read(tls_records(client_hello({.server = "not a name"})))
                  .server_name.empty());
  const TlsHello grease =
      read(tls_records(client_hello({.protocols = {"\x0a\x0a", "http/1.1"}})));
  EXPECT_EQ(grease.alpn(), "http/1.1");
}

TEST(TlsHello, ReadsTruncatedHellosUpToTheCut) {
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

TEST(TlsHello, RejectsOtherBeginnings) {
  for (const std::string text :
       {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x01\x01\x02", "\x17\x03\x03",
        "\x16\x04", "SSH-2.0-OpenSSH"}) {
    EXPECT_EQ(read(text).state, State::kNone) << text;
  }
  EXPECT_EQ(read_handshake_hello(as_bytes("\x02")).state, State::kNone);
}

TEST(TlsHello, ToleratesEveryFlippedBit) {
  const std::string whole = tls_records(client_hello(), 100);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const TlsHello hello = read(flipped);
    EXPECT_LE(hello.server_name.text().size(), HostName::kMaxLength);
  }
}

RC_GTEST_PROP(TlsHello, ToleratesGarbage, (const std::string& garbage)) {
  const std::string stream = "\x16\x03\x01" + garbage;
  read(stream);
  read_handshake_hello(as_bytes(garbage));
  const TlsHello hello =
      read_handshake_hello(as_bytes(client_hello().substr(0, 60) + garbage));
  RC_ASSERT(hello.alpn().size() <= TlsHello::kMaxAlpnLength);
}

// A hello of some 20,000 bytes in records of 1,000.
TEST(TlsHello, BoundsTheJoinedRecords) {
  const std::string hello = client_hello({.padding_after = 20'000});
  const TlsHello result = read(tls_records(hello, 1000));
  EXPECT_EQ(result.state, State::kNeedsMore);
  EXPECT_EQ(result.missing, hello.size() - 16'384);
  EXPECT_EQ(result.server_name.text(), "www.example.org");
}

TEST(TlsHello, StopsAtARecordOfAnotherType) {
  const std::string hello = client_hello();
  std::string records = tls_records(hello, 60);
  constexpr std::size_t kSecondRecord = 5 + 60;
  records[kSecondRecord] = 23;
  const TlsHello result = read(records);
  EXPECT_EQ(result.state, State::kNeedsMore);
  EXPECT_EQ(result.missing, hello.size() - 60);
  EXPECT_TRUE(result.server_name.empty());
}

// Bytes after the hello, in its record or the next, are ignored.
TEST(TlsHello, EndsAtItsStatedLength) {
  const std::string hello = client_hello();
  EXPECT_EQ(read(tls_records(hello + "more")).state, State::kDone);
  EXPECT_EQ(read(tls_records(hello) + "more").state, State::kDone);
  EXPECT_EQ(read(tls_records(hello, 60) + tls_records("more")).state,
            State::kDone);
  EXPECT_EQ(read(tls_records(hello, 60) + "more").server_name.text(),
            "www.example.org");
}

// The entries of a ServerNameList have types; type 0 is a host name.
TEST(TlsHello, SkipsServerNamesOfAnotherType) {
  using namespace std::string_literals;
  std::string hello = client_hello({.server = "abc\0\0\x09"s + "b.example"});
  const std::size_t name_at = hello.find("abc");
  hello[name_at - 1] = 3;  // makes two entries
  EXPECT_EQ(read_handshake_hello(as_bytes(hello)).server_name.text(), "abc");
  hello[name_at - 3] = 1;
  EXPECT_EQ(read_handshake_hello(as_bytes(hello)).server_name.text(),
            "b.example");
}

TEST(TlsHello, ReportsTextProtocolsOfAtMost32Bytes) {
  const auto first_of = [](const std::string& protocol) {
    return std::string(
        read(tls_records(client_hello({.protocols = {protocol, "second"}})))
            .alpn());
  };
  const std::string longest(TlsHello::kMaxAlpnLength, 'x');
  EXPECT_EQ(first_of(longest), longest);
  EXPECT_EQ(first_of(longest + 'x'), "second");
  EXPECT_EQ(first_of(""), "second");
  EXPECT_EQ(first_of("!~"), "!~");
  EXPECT_EQ(first_of("a b"), "second");
  EXPECT_EQ(first_of("a\x7f"), "second");
  EXPECT_EQ(first_of("a\x80"), "second");
}

TEST(TlsHello, ListsTheProtocols) {
  const auto all_of = [](const std::vector<std::string>& protocols) {
    return std::string(
        read(tls_records(client_hello({.protocols = protocols}))).alpns());
  };
  EXPECT_EQ(all_of({"h2", "http/1.1"}), "h2,http/1.1");
  EXPECT_EQ(all_of({"h3"}), "h3");
  EXPECT_EQ(all_of({"h2", "\x0a\x0a", "a,b", "spdy/3"}), "h2,spdy/3");
  // Whole names, as many as there is room for.
  const std::string long_name(TlsHello::kMaxAlpnLength, 'x');
  const std::vector<std::string> many(9, long_name);
  EXPECT_EQ(all_of(many), long_name + ',' + long_name + ',' + long_name);
}

TEST(TlsHello, ListsNoProtocolsOfACutList) {
  const std::string whole = tls_records(client_hello());
  EXPECT_EQ(read(whole.substr(0, whole.size() - 1)).alpns(), "");
}

TEST(TlsHello, ReportsEncryptedClientHello) {
  const auto has_ech = [](const std::string& stream) {
    return read(stream).has_ech;
  };
  const std::string whole =
      tls_records(client_hello({.extensions = {ech_extension()}}));
  EXPECT_TRUE(has_ech(whole));
  EXPECT_TRUE(has_ech(whole.substr(0, whole.size() - 100)));
  EXPECT_FALSE(has_ech(whole.substr(0, whole.size() - 160)));
  EXPECT_FALSE(has_ech(tls_records(client_hello())));
  // The hello within, as a provider passes it on, has the true name.
  EXPECT_FALSE(
      has_ech(tls_records(client_hello({.extensions = {ech_extension(1)}}))));
}

TEST(TlsHello, ReportsTheMissingBytes) {
  const auto missing = [](const std::string& stream) {
    const TlsHello hello = read(stream);
    EXPECT_EQ(hello.state, State::kNeedsMore);
    return hello.missing;
  };
  EXPECT_EQ(missing(""), 6u);
  EXPECT_EQ(missing("\x16\x03"), 4u);
  const std::string whole = tls_records(client_hello());
  EXPECT_EQ(missing(whole.substr(0, 5)), 1u);
  EXPECT_EQ(missing(whole.substr(0, 6)), 3u);
  EXPECT_EQ(missing(whole.substr(0, 8)), 1u);
  EXPECT_EQ(missing(whole.substr(0, 9)), whole.size() - 9);
  EXPECT_EQ(missing(whole.substr(0, whole.size() - 1)), 1u);
}

}  // namespace
}  // namespace flowtell
