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

TEST(GoogleQuic, GivesTheServerNameInEveryVersion) {
  for (const std::string version :
       {"Q025", "Q035", "Q039", "Q043", "Q044", "Q046"}) {
    EXPECT_EQ(name_in(google_hello({.version = version})), "www.example.org");
  }
  EXPECT_EQ(name_in(google_hello({.version = "Q050"})), "no hello");
  EXPECT_EQ(name_in(google_hello({.version = "T051"})), "no hello");
}

TEST(GoogleQuic, FindsTheNameBehindItsPadding) {
  const std::string whole = google_hello({.padding = 700});
  EXPECT_EQ(name_in(whole), "www.example.org");
  // As in captures of 512 bytes.
  EXPECT_EQ(name_in(whole.substr(0, 470)), "");
}

TEST(GoogleQuic, CutAnywhereGivesTheWholeNameOrNone) {
  const std::string whole = google_hello();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string name = name_in(whole.substr(0, size));
    EXPECT_TRUE(name == "no hello" || name.empty() || name == "www.example.org")
        << name;
  }
}

TEST(GoogleQuic, BearsEveryBitTurned) {
  const std::string whole = google_hello();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string turned = whole;
    turned[bit / 8] = static_cast<char>(turned[bit / 8] ^ (1 << (bit % 8)));
    name_in(turned);
  }
}

RC_GTEST_PROP(GoogleQuic, BearsAnything, (const std::string& garbage)) {
  name_in(garbage);
  name_in(google_hello().substr(0, 40) + garbage);
}

}  // namespace
}  // namespace flowtell
