// SPDX-License-Identifier: Apache-2.0
//
// Fingerprints published by FoxIO: in technical_details/JA4.md, and of the
// captures in the folder pcap of FoxIO-LLC/ja4.
#include "decode/ja4.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <regex>
#include <sstream>

#include "base/checksum.h"
#include "decode/tls_hello.h"
#include "support/hello_bytes.h"

namespace flowtell {
namespace {

constexpr char kChromeCiphers[] =
    "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,"
    "0035";
constexpr char kChromeExtensions[] =
    "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,"
    "000a,0015";
constexpr char kChromeAlgorithms[] = "0403,0804,0401,0503,0805,0501,0806,0601";
constexpr char kChrome[] = "t13d1516h2_8daaf6152771_e5627efa2ab1";

std::string with_length(const std::string& bytes, int size) {
  std::string out;
  if (size == 2) out += static_cast<char>(bytes.size() >> 8);
  return out + static_cast<char>(bytes.size()) + bytes;
}

// A hello described by its lists, with GREASE where they contain it.
struct Described {
  std::string ciphers = kChromeCiphers;
  std::string extensions = kChromeExtensions;
  std::string algorithms = kChromeAlgorithms;
  std::string versions = "0304,0303";
  std::vector<std::string> protocols = {"h2", "http/1.1"};

  std::string bytes() const {
    TestHello hello;
    hello.server = "";
    hello.protocols = {};
    hello.ciphers = ciphers;
    std::istringstream list(extensions);
    for (std::string type; std::getline(list, type, ',');) {
      hello.extensions.emplace_back(std::stoul(type, nullptr, 16),
                                    content(type));
    }
    return client_hello(hello);
  }

 private:
  std::string content(const std::string& type) const {
    using namespace std::string_literals;
    if (type == "0000") return with_length("\0"s + with_length("a.org", 2), 2);
    if (type == "000d") return with_length(code_bytes(algorithms), 2);
    if (type == "002b") return with_length(code_bytes(versions), 1);
    if (type != "0010") return "content";
    std::string names;
    for (const std::string& name : protocols) names += with_length(name, 1);
    return with_length(names, 2);
  }
};

std::string ja4_of(const std::string& hello) {
  return ja4(as_bytes(hello), HelloTransport::kTcp);
}
std::string ja4_of(const Described& hello) { return ja4_of(hello.bytes()); }

TEST(Ja4, EqualsThePublishedExamples) {
  EXPECT_EQ(ja4_of(Described{}), kChrome);
  // badcurveball.pcap
  EXPECT_EQ(ja4_of(Described{
                .ciphers = std::string(kChromeCiphers) + ",000a",
                .extensions = "0000,0017,ff01,000a,000b,0023,0010,0005,000d,"
                              "0012,0033,002d,002b,001b,0015",
                .algorithms = std::string(kChromeAlgorithms) + ",0201"}),
            "t13d1615h2_46e7e9700bed_45f260be83e2");
  // tls12.pcap
  EXPECT_EQ(ja4_of(Described{
                .ciphers = "1301,1303,1302,c02b,c02f,cca9,cca8,c02c,c030,c00a,"
                           "c009,c013,c014,009c,009d,002f,0035",
                .extensions = "0000,0017,ff01,000a,000b,0023,0010,0005,0022,"
                              "0033,002b,000d,002d,001c,0015",
                .algorithms = "0403,0503,0603,0804,0805,0806,0401,0501,0601,"
                              "0203,0201"}),
            "t13d1715h2_5b57614c22b0_3d5424432f57");
  // sigalg-grease.pcapng
  EXPECT_EQ(
      ja4_of(Described{
          .ciphers = std::string("9a9a,") + kChromeCiphers,
          .extensions = "2a2a,fe0d,0010,0017,0033,44cd,ff01,000a,000d,"
                        "0023,002b,000b,ca34,002d,0000,0005,001b,0012,"
                        "dada",
          .algorithms = std::string("fafa,0904,0905,0906,") + kChromeAlgorithms,
          .versions = "baba,0304,0303"}),
      "t13d1517h2_8daaf6152771_cb7bf5808d99");
}

// chrome-cloudflare-quic-with-secrets.pcapng
TEST(Ja4, MarksQuic) {
  const std::string hello = Described{
      .ciphers = "1301,1302,1303",
      .extensions =
          "0039,000d,001b,002b,002d,0033,000a,4469,0000,"
          "0010",
      .algorithms = std::string(kChromeAlgorithms) + ",0201",
      .versions = "0304",
      .protocols = {"h3"}}.bytes();
  EXPECT_EQ(ja4(as_bytes(hello), HelloTransport::kQuic),
            "q13d0310h3_55b375c5d22e_cd85d2d88918");
  EXPECT_EQ(quic_ja4(as_bytes(hello)), "q13d0310h3_55b375c5d22e_cd85d2d88918");
}

TEST(Ja4, IgnoresGreaseAndOrder) {
  EXPECT_EQ(ja4_of(Described{
                .ciphers = "0035,1302,1303,0a0a,c02b,c02f,c02c,c030,cca9,cca8,"
                           "c013,c014,009c,009d,002f,1301,fafa",
                .extensions = "1a1a,0015,001b,0000,0033,0010,4469,0017,002d,"
                              "000d,0005,0023,0012,002b,ff01,000b,000a,3a3a",
                .algorithms = std::string("4a4a,") + kChromeAlgorithms,
                .versions = "8a8a,0303,0304",
                .protocols = {"\x5a\x5a", "h2"}}),
            kChrome);
  // Not GREASE: both bytes must be equal.
  EXPECT_TRUE(
      ja4_of(Described{.ciphers = "0a1a,1301"}).starts_with("t13d0216h2_"));
}

TEST(Ja4, KeepsTheOrderOfSignatureAlgorithms) {
  EXPECT_NE(ja4_of(Described{.algorithms =
                                 "0804,0403,0401,0503,0805,0501,0806,0601"}),
            kChrome);
  EXPECT_EQ(ja4_of(Described{.algorithms = ""}),
            "t13d1516h2_8daaf6152771_6d807ffa2a79");
}

TEST(Ja4, HasZerosForEmptyLists) {
  EXPECT_EQ(ja4_of(Described{.ciphers = "0a0a", .extensions = "0000,0010"}),
            "t12d0002h2_000000000000_000000000000");
  EXPECT_EQ(
      ja4_of(client_hello(
          {.version = 0x0301, .ciphers = "", .without_extensions = true})),
      "t10i000000_000000000000_000000000000");
}

TEST(Ja4, NamesTheHighestVersion) {
  const auto version_of = [](std::uint16_t version) {
    return ja4_of(client_hello({.version = version})).substr(1, 2);
  };
  EXPECT_EQ(version_of(0x0303), "12");
  EXPECT_EQ(version_of(0x0302), "11");
  EXPECT_EQ(version_of(0x0301), "10");
  EXPECT_EQ(version_of(0x0300), "s3");
  EXPECT_EQ(version_of(0x0002), "s2");
  EXPECT_EQ(version_of(0x0305), "00");
  EXPECT_EQ(ja4_of(Described{.versions = "0301,0303,0302"}).substr(1, 2), "12");
  EXPECT_EQ(ja4_of(Described{.versions = "7a7a"}).substr(1, 2), "00");
}

TEST(Ja4, NamesTheFirstProtocolByItsEnds) {
  const auto of = [](const std::string& protocol) {
    return ja4_of(Described{.protocols = {protocol, "h2"}}).substr(8, 2);
  };
  EXPECT_EQ(of("http/1.1"), "h1");
  EXPECT_EQ(of("h"), "hh");
  EXPECT_EQ(of("AzZ9"), "A9");
  EXPECT_EQ(of(""), "00");
  EXPECT_EQ(ja4_of(Described{.protocols = {}}).substr(8, 2), "00");
  EXPECT_EQ(ja4_of(client_hello({.protocols = {}})).substr(8, 2), "00");
  // The examples of the specification.
  EXPECT_EQ(of("\xab"), "ab");
  EXPECT_EQ(of("\xab\xcd"), "ad");
  EXPECT_EQ(of("\x30\xab"), "3b");
  EXPECT_EQ(of("\x30\x31\xab\xcd"), "3d");
  EXPECT_EQ(of("\x30\xab\xcd\x31"), "01");
}

TEST(Ja4, CountsTo99) {
  std::string ciphers = "0001";
  for (int i = 0; i < 150; ++i) ciphers += ",0001";
  EXPECT_TRUE(ja4_of(Described{.ciphers = ciphers}).starts_with("t13d9916h2_"));
}

TEST(Ja4, IsNeverOfAPart) {
  const std::string hello = Described{}.bytes();
  for (std::size_t size = 0; size < hello.size(); ++size) {
    ASSERT_EQ(ja4_of(hello.substr(0, size)), "") << size;
  }
  EXPECT_EQ(ja4_of(hello + "more"), kChrome);
  EXPECT_EQ(ja4_of("\x02" + hello.substr(1)), "");
}

TEST(Ja4, IsEmptyForListsOfOddSize) {
  EXPECT_EQ(
      ja4_of(client_hello({.extensions = {{0x002b, "\x03\x03\x04\x03"}}})), "");
  EXPECT_EQ(ja4_of(client_hello({.extensions = {{0x002b, "\x09\x03\x04"}}})),
            "");
}

TEST(Ja4, SpansRecordsOfAnySize) {
  const std::string hello = Described{}.bytes();
  for (const std::size_t size : {1u, 7u, 100u, 16'384u}) {
    const std::string stream = tls_records(hello, size);
    EXPECT_EQ(tls_ja4(as_bytes(stream)), kChrome) << size;
    EXPECT_EQ(tls_ja4(as_bytes(stream).first(stream.size() - 1)), "") << size;
  }
}

RC_GTEST_PROP(Ja4, ToleratesDamage,
              (const std::string& garbage, std::uint16_t at)) {
  static const std::regex form(
      "[tq](13|12|11|10|s3|s2|00)[di][0-9]{4}[0-9A-Za-z]{2}(_[0-9a-f]{12}){2}");
  std::string hello = Described{}.bytes();
  hello.replace(at % hello.size(), garbage.size(), garbage);
  const std::string text = ja4_of(hello);
  RC_ASSERT(text.empty() || std::regex_match(text, form));
}

}  // namespace
}  // namespace flowtell
