// SPDX-License-Identifier: Apache-2.0
#include "report/quantity.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

using namespace std::chrono_literals;

TEST(GroupedText, GroupsThousands) {
  EXPECT_EQ(grouped_text(0), "0");
  EXPECT_EQ(grouped_text(999), "999");
  EXPECT_EQ(grouped_text(1000), "1,000");
  EXPECT_EQ(grouped_text(1234567), "1,234,567");
  EXPECT_EQ(grouped_text(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(BytesText, ChoosesTheUnit) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1000), "1.0 kB");
  EXPECT_EQ(bytes_text(999'949), "999.9 kB");
  EXPECT_EQ(bytes_text(999'950), "1.0 MB");
  EXPECT_EQ(bytes_text(3'412'345), "3.4 MB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "18.4 EB");
}

TEST(ClockText, FormatsLikeAClock) {
  EXPECT_EQ(clock_text(0s), "0:00");
  EXPECT_EQ(clock_text(7900ms), "0:07");
  EXPECT_EQ(clock_text(61s), "1:01");
  EXPECT_EQ(clock_text(1h), "1:00:00");
  EXPECT_EQ(clock_text(100h + 2min + 3s), "100:02:03");
}

}  // namespace
}  // namespace flowtell
