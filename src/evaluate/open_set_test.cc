// SPDX-License-Identifier: Apache-2.0
#include "evaluate/left_out_score.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Each app has its own server names. By shape, app d looks like c.
Dataset four_apps() {
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < 32; ++capture) {
    const auto app = static_cast<AppId>(capture % 4);
    const auto value = static_cast<float>(std::min<int>(app, 2));
    for (int flow = 0; flow < 4; ++flow) {
      rows.push_back(
          {{value, static_cast<float>(flow)},
           app,
           capture,
           0,
           fmt::format("{}{}.com", static_cast<char>('a' + app), flow)});
    }
  }
  return table_of(rows, 4);
}

CrossValidationOptions small() {
  CrossValidationOptions options;
  options.folds = 4;
  options.forest.trees = 10;
  return options;
}

TEST(LeftOutScore, ReportsEachApp) {
  const LeftOutScore score = leave_apps_out(four_apps(), small(), {}, {});
  ASSERT_EQ(score.apps.size(), 4u);
  double sum = 0;
  for (const LeftOutApp& app : score.apps) {
    EXPECT_EQ(app.flows, 32u);
    EXPECT_GE(app.unknown_at_tenth, 0.9) << app.app;
    EXPECT_LT(app.others_unknown, 0.1);
    EXPECT_GT(app.others_correct, 0.9);
    sum += app.unknown;
  }
  EXPECT_EQ(score.apps[3].app, "d");
  EXPECT_NEAR(score.unknown, sum / 4, 1e-12);
}

// Without names d cannot be separated from c.
TEST(LeftOutScore, IsLowIfAnotherAppLooksTheSame) {
  const EvidenceKinds shape{true, false, false};
  const LeftOutScore score = leave_apps_out(four_apps(), small(), shape, {});
  EXPECT_LT(score.apps[3].unknown_at_tenth, 0.2);
}

TEST(LeftOutScore, FindsTheAppThatMustStay) {
  Dataset data = four_apps();
  for (CaptureRecord& capture : data.captures) {
    capture.group = capture.app == 3 ? "two" : "one";
  }
  CrossValidationOptions options = small();
  EXPECT_EQ(app_required_for_folds(data, options), std::nullopt);
  options.split = Split::kByGroup;
  EXPECT_EQ(app_required_for_folds(data, options), "d");
}

TEST(LeftOutScore, HasNoUnknownFlowsUnderNever) {
  const UnknownRule never{0, 0};
  const LeftOutScore score = leave_apps_out(four_apps(), small(), {}, never);
  EXPECT_EQ(score.unknown, 0);
  EXPECT_EQ(score.others_unknown, 0);
}

}  // namespace
}  // namespace flowtell
