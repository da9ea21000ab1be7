// SPDX-License-Identifier: Apache-2.0
#include "gateway/ipv4.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

Ipv4Prefix prefix(std::string_view text) { return *Ipv4Prefix::parse(text); }

TEST(Ipv4, ReadsWhatItWrites) {
  for (const char* text : {"0.0.0.0", "192.168.12.1", "255.255.255.255"}) {
    EXPECT_EQ(Ipv4::parse(text)->text(), text);
  }
  EXPECT_EQ(Ipv4::parse("192.168.12.1")->number, 0xc0a80c01u);
  EXPECT_LT(*Ipv4::parse("9.0.0.0"), *Ipv4::parse("10.0.0.0"));
}

TEST(Ipv4, RefusesInvalidText) {
  for (const char* text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "a.b.c.d",
                           " 1.2.3.4", "::1", "1.2.3.4/24"}) {
    EXPECT_FALSE(Ipv4::parse(text)) << text;
  }
  for (const char* text : {"", "1.2.3.4", "1.2.3.4/", "1.2.3.4/33",
                           "1.2.3.4/-1", "/24", "1.2.3.4/24/24"}) {
    EXPECT_FALSE(Ipv4Prefix::parse(text)) << text;
  }
  for (const char* text : {"", "1.2.3.4", "1.2.3.4-", "-1.2.3.4", "1.2.3.4-5",
                           "1.2.3.4 - 1.2.3.5"}) {
    EXPECT_FALSE(Ipv4Range::parse(text)) << text;
  }
}

TEST(Ipv4Prefix, HasANetworkAndABroadcastAddress) {
  EXPECT_EQ(prefix("192.168.12.77/24").network_text(), "192.168.12.0/24");
  EXPECT_EQ(prefix("192.168.12.77/24").broadcast().text(), "192.168.12.255");
  EXPECT_EQ(prefix("10.1.2.3/30").network().text(), "10.1.2.0");
  EXPECT_EQ(prefix("10.1.2.3/32").network().text(), "10.1.2.3");
  EXPECT_EQ(prefix("10.1.2.3/0").network().text(), "0.0.0.0");
  EXPECT_EQ(prefix("10.1.2.3/0").broadcast().text(), "255.255.255.255");
}

TEST(Ipv4Prefix, HasOneAddressByDefault) {
  const Ipv4Prefix one{*Ipv4::parse("10.1.2.3")};
  EXPECT_EQ(one.text(), "10.1.2.3/32");
  EXPECT_TRUE(one.holds(*Ipv4::parse("10.1.2.3")));
  EXPECT_FALSE(one.holds(*Ipv4::parse("10.1.2.2")));
}

TEST(Ipv4Prefix, OverlapsPrefixesThatShareAnAddress) {
  EXPECT_TRUE(prefix("10.0.0.1/8").overlaps(prefix("10.9.9.9/24")));
  EXPECT_TRUE(prefix("10.9.9.9/24").overlaps(prefix("10.0.0.1/8")));
  EXPECT_TRUE(prefix("10.9.9.9/32").overlaps(prefix("10.9.9.0/24")));
  EXPECT_FALSE(prefix("10.9.8.9/24").overlaps(prefix("10.9.9.9/24")));
  EXPECT_TRUE(prefix("0.0.0.0/0").overlaps(prefix("10.9.9.9/24")));
}

TEST(Ipv4Range, HoldsBothEnds) {
  const auto range = *Ipv4Range::parse("10.0.0.5-10.0.0.9");
  EXPECT_TRUE(range.holds(range.from));
  EXPECT_TRUE(range.holds(range.to));
  EXPECT_FALSE(range.holds(*Ipv4::parse("10.0.0.4")));
  EXPECT_FALSE(range.holds(*Ipv4::parse("10.0.0.10")));
  EXPECT_EQ(range.text(), "10.0.0.5-10.0.0.9");
}

}  // namespace
}  // namespace flowtell
