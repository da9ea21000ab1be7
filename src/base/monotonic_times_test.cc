// SPDX-License-Identifier: Apache-2.0
#include "base/monotonic_times.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

TEST(MonotonicTimes, KeepsMonotonicTimes) {
  MonotonicTimes times;
  for (const Duration after : {0ns, 1ns, 1ns, 5'000'000'000ns}) {
    EXPECT_EQ(times.correct(kTestStart + after), kTestStart + after);
  }
  EXPECT_EQ(times.late(), 0u);
  EXPECT_EQ(times.steps(), 0u);
}

TEST(MonotonicTimes, RaisesALatePacketToTheLatestTime) {
  MonotonicTimes times;
  times.correct(kTestStart + 2s);
  EXPECT_EQ(times.correct(kTestStart + 1s), kTestStart + 2s);
  EXPECT_EQ(times.correct(kTestStart + 1500ms), kTestStart + 2s);
  EXPECT_EQ(times.correct(kTestStart + 3s), kTestStart + 3s);
  EXPECT_EQ(times.late(), 2u);
  EXPECT_EQ(times.steps(), 0u);
}

TEST(MonotonicTimes, KeepsGapsAfterTheClockWasSetBack) {
  MonotonicTimes times;
  times.correct(kTestStart + 100s);
  EXPECT_EQ(times.correct(kTestStart), kTestStart + 100s);
  EXPECT_EQ(times.correct(kTestStart + 3s), kTestStart + 103s);
  EXPECT_EQ(times.late(), 0u);
  EXPECT_EQ(times.steps(), 1u);
  EXPECT_EQ(times.correct(kTestStart + 2s), kTestStart + 103s);
  EXPECT_EQ(times.late(), 1u);
}

TEST(MonotonicTimes, TreatsMoreThanASecondAsAStep) {
  MonotonicTimes late;
  late.correct(kTestStart);
  late.correct(kTestStart - 1s);
  EXPECT_EQ(late.late(), 1u);
  MonotonicTimes stepped;
  stepped.correct(kTestStart);
  stepped.correct(kTestStart - 1s - 1ns);
  EXPECT_EQ(stepped.steps(), 1u);
}

TEST(MonotonicTimes, RecoversFromOneBadTime) {
  for (const Timestamp bad : {kEarliestTime, Timestamp{}, kLatestTime}) {
    MonotonicTimes times;
    times.correct(kTestStart);
    times.correct(bad);
    const Timestamp before = times.correct(kTestStart + 1s);
    EXPECT_EQ(times.correct(kTestStart + 5s) - before, 4s);
  }
}

RC_GTEST_PROP(MonotonicTimes, NeverFalls, ()) {
  const auto any_time = rc::gen::map(
      rc::gen::oneOf(rc::gen::inRange(kEarliestTime.time_since_epoch().count(),
                                      kLatestTime.time_since_epoch().count()),
                     rc::gen::element(kEarliestTime.time_since_epoch().count(),
                                      kLatestTime.time_since_epoch().count()),
                     rc::gen::inRange<std::int64_t>(0, 5'000'000'000)),
      [](std::int64_t count) { return Timestamp{Duration{count}}; });
  const auto recorded = *rc::gen::container<std::vector<Timestamp>>(any_time);

  MonotonicTimes times;
  Timestamp before = kEarliestTime;
  std::uint64_t odd = 0;
  for (const Timestamp time : recorded) {
    const Timestamp corrected = times.correct(time);
    RC_ASSERT(corrected >= before);
    RC_ASSERT(corrected <= MonotonicTimes::kLatest);
    odd = times.late() + times.steps();
    before = corrected;
  }
  RC_ASSERT(odd <= recorded.size());
}

}  // namespace
}  // namespace flowtell
