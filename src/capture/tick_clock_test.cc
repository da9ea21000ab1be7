// SPDX-License-Identifier: Apache-2.0
#include "capture/tick_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace flowtell {
namespace {

std::int64_t nanoseconds(const TickClock& clock, std::uint64_t ticks) {
  return clock.time(ticks).time_since_epoch().count();
}

TEST(TickClock, DefaultsToMicroseconds) {
  EXPECT_EQ(nanoseconds(TickClock(), 1'554'312'069'123'456),
            1'554'312'069'123'456'000);
}

TEST(TickClock, SupportsDecimalResolutions) {
  EXPECT_EQ(nanoseconds(TickClock(0), 7), 7 * kNanosecondsPerSecond);
  EXPECT_EQ(nanoseconds(TickClock(3), 7'001), 7'001'000'000);
  EXPECT_EQ(nanoseconds(TickClock(9), 7'000'000'001), 7'000'000'001);
  EXPECT_EQ(nanoseconds(TickClock(12), 7'000'000'001'999), 7'000'000'001);
  EXPECT_EQ(nanoseconds(TickClock(19), 15'000'000'019'999'999'999u),
            1'500'000'001);
}

TEST(TickClock, SupportsBinaryResolutions) {
  EXPECT_EQ(nanoseconds(TickClock(0x80), 7), 7 * kNanosecondsPerSecond);
  EXPECT_EQ(nanoseconds(TickClock(0x80 | 1), 3), 1'500'000'000);
  EXPECT_EQ(nanoseconds(TickClock(0x80 | 10), 1024 + 256), 1'250'000'000);
  EXPECT_EQ(nanoseconds(TickClock(0x80 | 32), (5ull << 32) | (1ull << 31)),
            5'500'000'000);
  EXPECT_EQ(nanoseconds(TickClock(0x80 | 63), 1ull << 62), 500'000'000);
}

TEST(TickClock, AddsItsOffset) {
  EXPECT_EQ(nanoseconds(TickClock(6, 100), 1'000'000), 101'000'000'000);
  EXPECT_EQ(nanoseconds(TickClock(6, -3), 1'500'000), -1'500'000'000);
}

TEST(TickClock, ClampsToTheTimestampRange) {
  EXPECT_LE(TickClock(0).time(UINT64_MAX), kLatestTime);
  EXPECT_GT(TickClock(0).time(UINT64_MAX), kLatestTime - std::chrono::hours(1));
  EXPECT_GE(TickClock(6, INT64_MIN).time(0), kEarliestTime);
  EXPECT_LT(TickClock(6, INT64_MIN).time(0),
            kEarliestTime + std::chrono::hours(1));
  EXPECT_LE(TickClock(0, INT64_MAX).time(UINT64_MAX), kLatestTime);
}

TEST(TickClock, StaysInBoundsAtEveryResolution) {
  for (unsigned resolution = 0; resolution < 256; ++resolution) {
    for (const std::int64_t offset : {INT64_MIN, INT64_C(0), INT64_MAX}) {
      for (const std::uint64_t ticks : {UINT64_C(0), UINT64_MAX}) {
        const TickClock clock(static_cast<std::uint8_t>(resolution), offset);
        ASSERT_GE(clock.time(ticks), kEarliestTime) << resolution;
        ASSERT_LE(clock.time(ticks), kLatestTime) << resolution;
      }
    }
  }
}

#ifdef __SIZEOF_INT128__  // absent on 32-bit targets
__extension__ using Wide = __int128;

// Reference implementation with numbers wide enough for every input.
Wide exact_nanoseconds(std::uint64_t ticks, unsigned resolution,
                       std::int64_t offset) {
  Wide per_second = 1;
  for (unsigned i = 0; i < (resolution & 0x7f); ++i) {
    per_second *= (resolution & 0x80) != 0 ? 2 : 10;
  }
  return Wide{ticks} * kNanosecondsPerSecond / per_second +
         Wide{offset} * kNanosecondsPerSecond;
}

RC_GTEST_PROP(TickClock, AgreesWithExactArithmetic, ()) {
  const bool binary = *rc::gen::arbitrary<bool>();
  const auto power = *rc::gen::inRange<unsigned>(0, binary ? 64 : 20);
  const unsigned resolution = power | (binary ? 0x80u : 0u);
  const auto ticks =
      *rc::gen::resize(100, rc::gen::arbitrary<std::uint64_t>()) >>
      *rc::gen::inRange(0, 64);
  const auto offset =
      *rc::gen::inRange<std::int64_t>(-2'000'000'000, 2'000'000'000);
  const Wide exact = exact_nanoseconds(ticks, resolution, offset);
  const std::int64_t actual = nanoseconds(
      TickClock(static_cast<std::uint8_t>(resolution), offset), ticks);
  // Beyond this the clock may clamp.
  if (exact > Wide{2'500'000'000} * kNanosecondsPerSecond) {
    RC_ASSERT(actual > 2'500'000'000 * kNanosecondsPerSecond);
    return;
  }
  // Binary fractions below 2^-32 s are dropped: at most a nanosecond.
  RC_ASSERT(actual <= exact);
  RC_ASSERT(actual >= exact - (power > 32 ? 1 : 0));
}

#endif

}  // namespace
}  // namespace flowtell
