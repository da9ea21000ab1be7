// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

using namespace std::chrono_literals;

TEST(SecondsText, TruncatesInsteadOfRounding) {
  EXPECT_EQ(seconds_text(12'345'678'999ns, 6), "12.345678");
  EXPECT_EQ(seconds_text(12'345'678'999ns, 9), "12.345678999");
  EXPECT_EQ(seconds_text(999'999'999ns, 0), "0");
  EXPECT_EQ(seconds_text(1'999'999'999ns, 1), "1.9");
}

TEST(SecondsText, KeepsItsDecimals) {
  EXPECT_EQ(seconds_text(0s, 6), "0.000000");
  EXPECT_EQ(seconds_text(7s, 3), "7.000");
  EXPECT_EQ(seconds_text(1ns, 9), "0.000000001");
}

TEST(SecondsText, WritesNegativeDurations) {
  EXPECT_EQ(seconds_text(-1500ms, 3), "-1.500");
  EXPECT_EQ(seconds_text(-1ms, 6), "-0.001000");
}

TEST(SecondsText, WritesTheLongestDurations) {
  EXPECT_EQ(seconds_text(Duration::min(), 9), "-9223372036.854775808");
  EXPECT_EQ(seconds_text(Duration::max(), 9), "9223372036.854775807");
}

TEST(UtcText, FormatsDateAndTime) {
  EXPECT_EQ(utc_text(Timestamp{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_text(Timestamp{1'554'312'069s + 999ms}),
            "2019-04-03T17:21:09Z");
  EXPECT_EQ(utc_text(Timestamp{951'782'400s}), "2000-02-29T00:00:00Z");
  EXPECT_EQ(utc_text(Timestamp{-1ns}), "1969-12-31T23:59:59Z");
}

TEST(PreciseUtcText, HasNineDigits) {
  EXPECT_EQ(precise_utc_text(Timestamp{}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(precise_utc_text(Timestamp{1'554'312'069s + 5ns}),
            "2019-04-03T17:21:09.000000005Z");
  EXPECT_EQ(precise_utc_text(Timestamp{-1ns}),
            "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(precise_utc_text(kEarliestTime).size(), 30U);
  EXPECT_EQ(precise_utc_text(kLatestTime).size(), 30U);
}

TEST(UtcText, FormatsTheEndsOfTheRange) {
  EXPECT_EQ(utc_text(kEarliestTime), "1896-12-06T00:03:10Z");
  EXPECT_EQ(utc_text(kLatestTime), "2116-02-20T23:53:38Z");
}

TEST(Timestamp, DifferencesNeverOverflow) {
  EXPECT_GT(kLatestTime - kEarliestTime, 0ns);
  EXPECT_LT(kEarliestTime - kLatestTime, 0ns);
}

TEST(InSeconds, IsANumber) {
  EXPECT_EQ(in_seconds(1500ms), 1.5);
  EXPECT_EQ(in_seconds(-250ms), -0.25);
}

}  // namespace
}  // namespace flowtell
