// SPDX-License-Identifier: Apache-2.0
#include "decode/google_quic.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/hello_bytes.h"

namespace flowtell {
namespace {

std::string name_in(const std::string& datagram) {
  const auto name = read_google_hello(as_bytes(datagram));
  return name ? std::string(name->text()) : "no hello";
}

TEST(GoogleQuic, ReadsTheServerNameInEveryVersion) {
  for (const std::string version :
       {"Q025", "Q035", "Q039", "Q043", "Q044", "Q046"}) {
    const std::string hello = google_hello({.version = version});
    EXPECT_EQ(name_in(hello), "www.example.org");
    EXPECT_EQ(google_quic_version(as_bytes(hello)), version);
  }
  EXPECT_EQ(name_in(google_hello({.version = "Q050"})), "no hello");
  EXPECT_EQ(name_in(google_hello({.version = "T051"})), "no hello");
}

TEST(GoogleQuic, ReadsTheNameAfterThePadding) {
  const std::string whole = google_hello({.padding = 700});
  EXPECT_EQ(name_in(whole), "www.example.org");
  // As in captures of 512 bytes.
  EXPECT_EQ(name_in(whole.substr(0, 470)), "");
}

TEST(GoogleQuic, ReadsTruncatedHellosAsTheWholeNameOrNone) {
  const std::string whole = google_hello();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string name = name_in(whole.substr(0, size));
    EXPECT_TRUE(name == "no hello" || name.empty() || name == "www.example.org")
        << name;
  }
}

TEST(GoogleQuic, ToleratesEveryFlippedBit) {
  const std::string whole = google_hello();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    name_in(flipped);
  }
}

RC_GTEST_PROP(GoogleQuic, ToleratesGarbage, (const std::string& garbage)) {
  name_in(garbage);
  name_in(google_hello().substr(0, 40) + garbage);
}

TEST(GoogleQuic, AcceptsOnlyVersions25To46) {
  for (const std::string version : {"Q024", "Q047", "Q000", "R043", "Q04a"}) {
    EXPECT_EQ(name_in(google_hello({.version = version})), "no hello")
        << version;
  }
  // Each kind of header has versions of its own.
  std::string short_header = google_hello();
  short_header.replace(9, 4, "Q044");
  EXPECT_EQ(name_in(short_header), "no hello");
  std::string long_header = google_hello({.version = "Q046"});
  long_header.replace(1, 4, "Q043");
  EXPECT_EQ(name_in(long_header), "no hello");
}

// In a public header two bits encode the size of the packet number.
TEST(GoogleQuic, ReadsPacketNumbersOfEverySize) {
  constexpr std::size_t kNumberAt = 1 + 8 + 4;
  constexpr std::size_t kSizes[] = {1, 2, 4, 6};
  const std::string hello = google_hello();
  // Moves the tag to the last offset that is searched, so that an error of one
  // byte would miss it.
  for (std::size_t i = 0; i < 4; ++i) {
    std::string datagram = hello;
    datagram[0] = static_cast<char>(0x0d | i << 4);
    datagram.insert(kNumberAt, kSizes[i] - 1, '\0');
    datagram.insert(datagram.find("CHLO"), 59, '\0');
    EXPECT_EQ(name_in(datagram), "www.example.org") << kSizes[i];
    datagram.insert(datagram.find("CHLO"), 1, '\0');
    EXPECT_EQ(name_in(datagram), "no hello") << kSizes[i];
  }
}

TEST(GoogleQuic, RequiresAVersionAndAnId) {
  for (const int flags : {0x0c, 0x05, 0x00}) {
    std::string datagram = google_hello();
    datagram[0] = static_cast<char>(flags);
    EXPECT_EQ(name_in(datagram), "no hello") << flags;
  }
}

TEST(GoogleQuic, ReadsTheLengthsOfBothIds) {
  const std::string hello = google_hello({.version = "Q046"});
  constexpr std::size_t kSizesAt = 5;
  struct Ids {
    int sizes;
    std::size_t bytes;
  };
  for (const auto& [sizes, bytes] : {Ids{0x00, 0}, Ids{0x05, 8}, Ids{0x50, 8},
                                     Ids{0x55, 16}, Ids{0x1f, 4 + 18}}) {
    std::string datagram = hello.substr(0, kSizesAt);
    datagram += static_cast<char>(sizes);
    datagram += std::string(bytes, 'i') + hello.substr(kSizesAt + 1 + 8);
    datagram.insert(datagram.find("CHLO"), 59, '\0');
    EXPECT_EQ(name_in(datagram), "www.example.org") << sizes;
    datagram.insert(datagram.find("CHLO"), 1, '\0');
    EXPECT_EQ(name_in(datagram), "no hello") << sizes;
  }
}

TEST(GoogleQuic, ReportsNoNameForAMessageWithoutOne) {
  std::string other = google_hello();
  other.replace(other.find("SNI"), 3, "SNO");
  EXPECT_EQ(name_in(other), "");
  // End offsets must not decrease.
  std::string decreasing = google_hello({.padding = 20});
  decreasing[decreasing.find("SNI") + 4] = 3;
  EXPECT_EQ(name_in(decreasing), "");
}

}  // namespace
}  // namespace flowtell
