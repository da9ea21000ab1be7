// SPDX-License-Identifier: Apache-2.0
#include "evaluate/app_features.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Column "first" separates app c from the others, "second" separates a from b,
// and "noise" carries no information.
Dataset three_apps() {
  std::vector<TestRow> rows;
  for (std::uint32_t i = 0; i < 90; ++i) {
    const auto app = static_cast<AppId>(i % 3);
    rows.push_back({{app == 2 ? 10.0F : 1.0F, app == 1 ? 7.0F : 5.0F,
                     static_cast<float>(i * 37 % 11)},
                    app,
                    i});
  }
  return table_of(rows, 3);
}

ForestOptions options_of(std::size_t trees) {
  ForestOptions options;
  options.trees = trees;
  return options;
}

TEST(AppFeatures, AreSortedByImportance) {
  const auto features =
      app_features(three_apps(), {"first", "second", "noise"}, options_of(40));
  ASSERT_EQ(features.size(), 3u);
  EXPECT_EQ(features[2].column, "noise");
  EXPECT_NEAR(features[2].lost, 0, 0.05);
  EXPECT_GT(features[1].lost, 0.1);
}

TEST(AppFeatures, MatterForTheAppsTheySeparate) {
  const auto features =
      app_features(three_apps(), {"first", "second", "noise"}, options_of(40));
  for (const AppFeature& feature : features) {
    const auto& lost = feature.recall_loss_by_app;
    if (feature.column == "first") {
      EXPECT_GT(lost[2], 0.2);
    }
    if (feature.column == "second") {
      EXPECT_GT(lost[1], lost[2]);
    }
  }
}

TEST(AppFeatures, ReportTheMedianForEachApp) {
  const auto features =
      app_features(three_apps(), {"first", "second", "noise"}, options_of(5));
  for (const AppFeature& feature : features) {
    if (feature.column == "first") {
      EXPECT_EQ(feature.median, (std::vector<double>{1, 1, 10}));
    }
    if (feature.column == "second") {
      EXPECT_EQ(feature.median, (std::vector<double>{5, 7, 5}));
    }
  }
}

}  // namespace
}  // namespace flowtell
