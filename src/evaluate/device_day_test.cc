// SPDX-License-Identifier: Apache-2.0
#include "evaluate/device_day.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Three captures of two flows each, 3 s apart: of the first app, of the second,
// and of the first with a flow that has uniform scores.
class DeviceDayTest : public testing::Test {
 protected:
  DeviceDayTest() {
    data = table_of({{{0}, 0, 0, 0},
                     {{0}, 0, 0, 1},
                     {{0}, 1, 1, 0},
                     {{0}, 1, 1, 1},
                     {{0}, 0, 2, 0},
                     {{0}, 0, 2, 1}},
                    2);
    held_out.scores = DatasetScores(2, 6);
    std::ranges::fill(held_out.scores.name.values, 0.5);
    for (std::size_t row = 0; row < 6; ++row) {
      const double share = row == 5 ? 0.5 : 0.9;
      held_out.scores.shape.row(row)[data.labels[row]] = share;
      held_out.scores.shape.row(row)[1u - data.labels[row]] = 1 - share;
    }
    held_out.weights.of_fold = {{}};
  }

  DeviceDay day(std::size_t max_uses = 160) const {
    return device_day(data, held_out, {true, false, false},
                      {.max_false_unknown = {}, .floor = 0.6}, 1, max_uses);
  }

  Dataset data;
  HeldOutScores held_out;
};

TEST_F(DeviceDayTest, PutsCapturesThirtySecondsApart) {
  const DeviceDay made = day();
  ASSERT_EQ(made.uses.size(), 3u);
  EXPECT_EQ(made.captures, 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const double begin = 33.05 * static_cast<double>(i);
    EXPECT_NEAR(made.uses[i].begin, begin, 1e-6);
    EXPECT_NEAR(made.uses[i].end, begin + 3.05, 1e-6);
    ASSERT_EQ(made.uses[i].flows.size(), 2u);
    EXPECT_NEAR(made.uses[i].flows[1].first, begin + 3, 1e-6);
  }
}

TEST_F(DeviceDayTest, ReportsTheAppOfEachFlow) {
  std::size_t unknown = 0;
  for (const DeviceDay::Use& use : day().uses) {
    for (const DeviceDay::NamedFlow& flow : use.flows) {
      if (flow.reported == kUnknownApp) {
        ++unknown;
      } else {
        EXPECT_EQ(flow.reported, use.app);
        EXPECT_NEAR(flow.confidence, 0.89, 0.02);
      }
    }
  }
  EXPECT_EQ(unknown, 1u);
}

TEST_F(DeviceDayTest, LimitsTheNumberOfUses) {
  const DeviceDay made = day(2);
  EXPECT_EQ(made.uses.size(), 2u);
  EXPECT_EQ(made.captures, 3u);
}

}  // namespace
}  // namespace flowtell
