// SPDX-License-Identifier: Apache-2.0
#include "flow/lan.h"

#include <gtest/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

bool contains(const Lan& lan, std::string_view address) {
  return lan.contains(test_address(address));
}

TEST(Lan, ContainsExactlyThePrivateRangesByDefault) {
  const Lan lan;
  for (const char* inside :
       {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
        "192.168.0.0", "192.168.255.255", "100.64.0.0", "100.127.255.255",
        "169.254.0.0", "169.254.255.255", "fc00::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::", "febf:ffff::1"}) {
    EXPECT_TRUE(contains(lan, inside)) << inside;
  }
  for (const char* outside :
       {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "100.63.255.255", "100.128.0.0",
        "169.253.255.255", "169.255.0.0", "0.0.0.0", "255.255.255.255",
        "fbff::", "fe00::", "fe7f::", "fec0::", "::", "2001:db8::1"}) {
    EXPECT_FALSE(contains(lan, outside)) << outside;
  }
}

TEST(Lan, ContainsExactlyTheGivenPrefixes) {
  const auto lan = Lan::parse("203.0.113.0/25,2001:db8::/33,198.51.100.7");
  ASSERT_TRUE(lan);
  EXPECT_TRUE(contains(*lan, "203.0.113.127"));
  EXPECT_FALSE(contains(*lan, "203.0.113.128"));
  EXPECT_TRUE(contains(*lan, "2001:db8:7fff::1"));
  EXPECT_FALSE(contains(*lan, "2001:db8:8000::1"));
  EXPECT_TRUE(contains(*lan, "198.51.100.7"));
  EXPECT_FALSE(contains(*lan, "198.51.100.6"));
  EXPECT_FALSE(contains(*lan, "192.168.1.1"));
}

TEST(Lan, AcceptsEveryPrefixLength) {
  EXPECT_TRUE(contains(*Lan::parse("0.0.0.0/0"), "255.1.2.3"));
  EXPECT_FALSE(contains(*Lan::parse("0.0.0.0/0"), "2001:db8::1"));
  EXPECT_TRUE(contains(*Lan::parse("::/0"), "2001:db8::1"));
  for (unsigned bits = 1; bits <= 32; ++bits) {
    const auto lan = Lan::parse(fmt::format("128.0.0.0/{}", bits));
    ASSERT_TRUE(lan);
    EXPECT_TRUE(contains(*lan, "128.0.0.0"));
    EXPECT_FALSE(contains(*lan, "0.0.0.0"));
    EXPECT_EQ(contains(*lan, "128.0.0.1"), bits < 32);
  }
}

TEST(Lan, IgnoresTheHostPartOfANetwork) {
  EXPECT_TRUE(contains(*Lan::parse("192.168.12.77/24"), "192.168.12.1"));
}

TEST(Lan, IsEmptyForEmptyText) {
  const auto lan = Lan::parse("");
  ASSERT_TRUE(lan);
  EXPECT_FALSE(contains(*lan, "192.168.1.1"));
}

TEST(Lan, RejectsInvalidNetworks) {
  for (const char* text : {"lan", "10.0.0.0/33", "::/129", "10.0.0.0/",
                           "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8", "/8",
                           "10.0.0.0/8,", ",", "10.0.0.0/8, fc00::/7"}) {
    const auto lan = Lan::parse(text);
    ASSERT_FALSE(lan) << text;
    EXPECT_EQ(lan.error().kind, ErrorKind::kUsage);
    EXPECT_NE(lan.error().message.find("is not a network"), std::string::npos);
  }
}

}  // namespace
}  // namespace flowtell
