// SPDX-License-Identifier: Apache-2.0
#include "evaluate/app_features.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Column "first" tells app c from the others, "second" tells a from b, and
// "noise" tells nothing.
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

ForestOptions so_many(std::size_t trees) {
  ForestOptions options;
  options.trees = trees;
  return options;
}

TEST(AppFeatures, StandInTheOrderInWhichTheyMatter) {
  const auto features =
      app_features(three_apps(), {"first", "second", "noise"}, so_many(40));
  ASSERT_EQ(features.size(), 3u);
  EXPECT_EQ(features[2].column, "noise");
  EXPECT_NEAR(features[2].lost, 0, 0.05);
  EXPECT_GT(features[1].lost, 0.1);
}

TEST(AppFeatures, MatterForTheAppsTheyTell) {
  const auto features =
      app_features(three_apps(), {"first", "second", "noise"}, so_many(40));
  for (const AppFeature& feature : features) {
    const auto& lost = feature.lost_of_app;
    if (feature.column == "first") {
      EXPECT_GT(lost[2], 0.2);
    }
    if (feature.column == "second") {
      EXPECT_GT(lost[1], lost[2]);
    }
  }
}

TEST(AppFeatures, TellWhatIsUsualForAnApp) {
  const auto features =
      app_features(three_apps(), {"first", "second", "noise"}, so_many(5));
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
