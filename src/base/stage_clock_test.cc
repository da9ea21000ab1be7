// SPDX-License-Identifier: Apache-2.0
#include "base/stage_clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace flowtell {
namespace {

using namespace std::chrono_literals;

TEST(StageClock, AssignsTimeToTheInnermostStage) {
  const auto begin = std::chrono::steady_clock::now();
  StageClock clock;
  {
    const StageScope flow(&clock, Stage::kFlow);
    {
      const StageScope predict(&clock, Stage::kClassify);
      std::this_thread::sleep_for(20ms);
    }
    std::this_thread::sleep_for(5ms);
  }
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(clock.of(Stage::kClassify), 20ms);
  EXPECT_GE(clock.of(Stage::kFlow), 5ms);
  EXPECT_LE(clock.of(Stage::kClassify) + clock.of(Stage::kFlow) +
                clock.of(Stage::kOther),
            elapsed);
  EXPECT_EQ(clock.of(Stage::kRead), 0ns);
}

TEST(StageClock, IsOptional) { const StageScope in(nullptr, Stage::kRead); }

TEST(StageClock, AddsTimesOfSeveralThreads) {
  StageClock one;
  StageClock other;
  {
    const StageScope in(&one, Stage::kRead);
    const StageScope also_in(&other, Stage::kRead);
    std::this_thread::sleep_for(2ms);
  }
  const Duration alone = one.of(Stage::kRead);
  one += other;
  EXPECT_EQ(one.of(Stage::kRead), alone + other.of(Stage::kRead));
}

}  // namespace
}  // namespace flowtell
