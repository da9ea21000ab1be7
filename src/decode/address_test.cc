// SPDX-License-Identifier: Apache-2.0
#include "decode/address.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(Address, ReadsAndWritesBothVersions) {
  for (const char* text : {"0.0.0.0", "192.168.12.100", "255.255.255.255",
                           "::", "::1", "fe80::1", "2001:db8::5"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(Address, ReportsItsVersion) {
  EXPECT_TRUE(Address::parse("10.1.2.3")->is_v4());
  EXPECT_TRUE(Address::parse("0.0.0.0")->is_v4());
  EXPECT_FALSE(Address::parse("::")->is_v4());
  EXPECT_FALSE(Address::parse("::10.1.2.3")->is_v4());
}

TEST(Address, RejectsInvalidText) {
  for (const char* text : {"", "10.1.2", "10.1.2.256", "10.1.2.3 ", "fe80::1::",
                           "example.org", "10.1.2.3/8", "fe80::1%eth0"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
}

TEST(Address, ComparesByBytes) {
  const Address low = *Address::parse("10.0.0.1");
  const Address high = *Address::parse("10.0.0.2");
  EXPECT_LT(low, high);
  EXPECT_NE(low, high);
  EXPECT_EQ(low, *Address::parse("10.0.0.1"));
  EXPECT_LT(high, *Address::parse("2001:db8::"));
}

}  // namespace
}  // namespace flowtell
