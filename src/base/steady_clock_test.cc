// SPDX-License-Identifier: Apache-2.0
#include "base/steady_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

TEST(SteadyClock, KeepsMonotonicTimes) {
  SteadyClock clock;
  for (const Duration after : {0ns, 1ns, 1ns, 5'000'000'000ns}) {
    EXPECT_EQ(clock.steady(kTestStart + after), kTestStart + after);
  }
  EXPECT_EQ(clock.late(), 0u);
  EXPECT_EQ(clock.steps(), 0u);
}

TEST(SteadyClock, RaisesALatePacketToTheLatestTime) {
  SteadyClock clock;
  clock.steady(kTestStart + 2s);
  EXPECT_EQ(clock.steady(kTestStart + 1s), kTestStart + 2s);
  EXPECT_EQ(clock.steady(kTestStart + 1500ms), kTestStart + 2s);
  EXPECT_EQ(clock.steady(kTestStart + 3s), kTestStart + 3s);
  EXPECT_EQ(clock.late(), 2u);
  EXPECT_EQ(clock.steps(), 0u);
}

TEST(SteadyClock, KeepsGapsAfterTheClockWasSetBack) {
  SteadyClock clock;
  clock.steady(kTestStart + 100s);
  EXPECT_EQ(clock.steady(kTestStart), kTestStart + 100s);
  EXPECT_EQ(clock.steady(kTestStart + 3s), kTestStart + 103s);
  EXPECT_EQ(clock.late(), 0u);
  EXPECT_EQ(clock.steps(), 1u);
  EXPECT_EQ(clock.steady(kTestStart + 2s), kTestStart + 103s);
  EXPECT_EQ(clock.late(), 1u);
}

TEST(SteadyClock, TreatsMoreThanASecondAsAStep) {
  SteadyClock late;
  late.steady(kTestStart);
  late.steady(kTestStart - 1s);
  EXPECT_EQ(late.late(), 1u);
  SteadyClock stepped;
  stepped.steady(kTestStart);
  stepped.steady(kTestStart - 1s - 1ns);
  EXPECT_EQ(stepped.steps(), 1u);
}

TEST(SteadyClock, RecoversFromOneBadTime) {
  for (const Timestamp bad : {kEarliestTime, Timestamp{}, kLatestTime}) {
    SteadyClock clock;
    clock.steady(kTestStart);
    clock.steady(bad);
    const Timestamp before = clock.steady(kTestStart + 1s);
    EXPECT_EQ(clock.steady(kTestStart + 5s) - before, 4s);
  }
}

RC_GTEST_PROP(SteadyClock, NeverFalls, ()) {
  const auto any_time = rc::gen::map(
      rc::gen::oneOf(rc::gen::inRange(kEarliestTime.time_since_epoch().count(),
                                      kLatestTime.time_since_epoch().count()),
                     rc::gen::element(kEarliestTime.time_since_epoch().count(),
                                      kLatestTime.time_since_epoch().count()),
                     rc::gen::inRange<std::int64_t>(0, 5'000'000'000)),
      [](std::int64_t count) { return Timestamp{Duration{count}}; });
  const auto times = *rc::gen::container<std::vector<Timestamp>>(any_time);

  SteadyClock clock;
  Timestamp before = kEarliestTime;
  std::uint64_t odd = 0;
  for (const Timestamp time : times) {
    const Timestamp steady = clock.steady(time);
    RC_ASSERT(steady >= before);
    RC_ASSERT(steady <= SteadyClock::kLatestSteadyTime);
    odd = clock.late() + clock.steps();
    before = steady;
  }
  RC_ASSERT(odd <= times.size());
}

}  // namespace
}  // namespace flowtell
