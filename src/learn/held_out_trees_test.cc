// SPDX-License-Identifier: Apache-2.0
#include "learn/held_out_trees.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "learn/out_of_bag.h"
#include "support/samples.h"

namespace flowtell {
namespace {

constexpr AppId kTinyApp = 2;

// Two apps of 150 rows, and one of `tiny` rows in `captures` captures. Column 0
// identifies the app.
Dataset with_tiny_app(std::size_t tiny, std::size_t captures) {
  Dataset data = random_table(5, {.rows = 300, .apps = 2, .captures = 6});
  const Dataset more =
      random_table(6, {.rows = tiny, .apps = 1, .captures = captures});
  const auto first = static_cast<std::uint32_t>(data.captures.size());
  data.apps.push_back("tiny");
  for (CaptureRecord capture : more.captures) {
    capture.path = capture.group = "tiny " + capture.path;
    capture.app = kTinyApp;
    capture.recording += first;
    data.captures.push_back(capture);
  }
  for (std::size_t row = 0; row < more.rows(); ++row) {
    auto values = more.row(row);
    data.values.insert(data.values.end(), values.begin(), values.end());
    data.values[data.values.size() - data.width] += 1000;
    data.labels.push_back(kTinyApp);
    data.capture_of.push_back(first + more.capture_of[row]);
    data.facts.push_back(more.facts[row]);
  }
  return data;
}

BuiltForest balanced_forest(const Dataset& data) {
  ForestOptions options;
  options.trees = 20;
  return build_forest(data, options);
}

BuiltForest extended(const BuiltForest& built, const Dataset& data,
                     int threads = 1) {
  CrossValidationOptions options;
  options.forest.trees = 20;
  options.forest.threads = threads;
  return with_held_out_trees(built, data, options);
}

float strongest_sign(const FeatureProfile& profile, const Dataset& data) {
  const auto signs =
      std::span(profile.signs).subspan(kTinyApp * data.width, data.width);
  return *std::ranges::max_element(signs);
}

// The condition that makes the trees necessary.
TEST(HeldOutTrees, AreNeededByATinyApp) {
  const Dataset data = with_tiny_app(4, 4);
  const BuiltForest built = balanced_forest(data);
  const OutOfBag oob = predict_out_of_bag(built, data, 1);
  EXPECT_FALSE(oob.predicted[data.rows() - 1]);
  EXPECT_EQ(strongest_sign(find_feature_profile(built, oob, data), data), 0);
}

TEST(HeldOutTrees, ExplainATinyApp) {
  // The last two have a single capture, and so folds by flow.
  for (const auto& [flows, captures] :
       std::vector<std::pair<std::size_t, std::size_t>>{
           {4, 4}, {6, 2}, {12, 3}, {6, 1}, {2, 1}}) {
    const Dataset data = with_tiny_app(flows, captures);
    const BuiltForest all = extended(balanced_forest(data), data);
    const OutOfBag oob = predict_out_of_bag(all, data, 1);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      EXPECT_TRUE(oob.predicted[row]) << row;
    }
    EXPECT_GT(strongest_sign(find_feature_profile(all, oob, data), data), 0.1F)
        << flows << " flows of " << captures;
    // One flow to learn from may be too few to recognise the other.
    if (flows == 2) continue;
    const auto lost = permutation_importance_by_app(all, data, {});
    EXPECT_GT(lost[0][kTinyApp], 0.2) << flows << " flows of " << captures;
  }
}

// No tree that predicts a row was grown from its capture.
TEST(HeldOutTrees, HaveNotSeenTheCapture) {
  const Dataset data = with_tiny_app(12, 3);
  const BuiltForest built = balanced_forest(data);
  const BuiltForest all = extended(built, data);
  ASSERT_GT(all.forest.trees.size(), built.forest.trees.size());
  for (std::size_t i = built.forest.trees.size(); i < all.in_bag.size(); ++i) {
    for (std::size_t row = 300; row < data.rows(); ++row) {
      for (std::size_t other = 300; other < data.rows(); ++other) {
        if (data.capture_of[row] != data.capture_of[other]) continue;
        EXPECT_EQ(all.in_bag[i].contains(row), all.in_bag[i].contains(other));
      }
    }
  }
}

TEST(HeldOutTrees, ChangeNoOtherApp) {
  const Dataset data = with_tiny_app(4, 4);
  const BuiltForest built = balanced_forest(data);
  const OutOfBag before = predict_out_of_bag(built, data, 1);
  const OutOfBag after = predict_out_of_bag(extended(built, data), data, 1);
  EXPECT_TRUE(std::ranges::equal(std::span(before.shares).first(300 * 3),
                                 std::span(after.shares).first(300 * 3)));
}

TEST(HeldOutTrees, AreNotGrownWithoutNeed) {
  const Dataset data = random_table(5, {.rows = 300});
  const BuiltForest built = balanced_forest(data);
  EXPECT_EQ(extended(built, data).forest, built.forest);
}

TEST(HeldOutTrees, AreTheSameForAnyNumberOfThreads) {
  const Dataset data = with_tiny_app(5, 2);
  const BuiltForest built = balanced_forest(data);
  EXPECT_EQ(extended(built, data, 1).forest, extended(built, data, 3).forest);
}

}  // namespace
}  // namespace flowtell
