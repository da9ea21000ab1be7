// SPDX-License-Identifier: Apache-2.0
#include "explain/forest_reasons.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "explain/explanation.h"
#include "support/samples.h"

namespace flowtell {
namespace {

std::vector<double> predict(const Forest& forest, std::span<const float> row) {
  std::vector<double> shares(forest.apps);
  forest.predict(row, shares);
  return shares;
}

class CounterfactualTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  CounterfactualTest() {
    ForestOptions options;
    options.trees = 9;
    options.max_depth = 4;
    options.seed = GetParam();
    forest_ = build_forest(data_, options).forest;
  }
  // The number of thresholds of the column between two values.
  std::size_t thresholds_between(std::size_t column, float a, float b) const {
    std::set<float> found;
    for (const Tree& tree : forest_.trees) {
      for (const TreeNode& node : tree) {
        if (!node.is_leaf() && node.column == column &&
            (a <= node.threshold) != (b <= node.threshold)) {
          found.insert(node.threshold);
        }
      }
    }
    return found.size();
  }

  Dataset data_ = random_table(
      GetParam(), {.rows = 80, .columns = 3, .distinct = 12, .telling = false});
  Forest forest_;
};

TEST_P(CounterfactualTest, FlipsTheVoteWhenApplied) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < data_.rows(); ++i) {
    const AppId second = first_two(predict(forest_, data_.row(i))).second;
    std::vector<float> row(data_.row(i).begin(), data_.row(i).end());
    for (const auto& point : find_counterfactuals(forest_, row, second)) {
      ++found;
      const float own = std::exchange(row[point.column], point.value);
      EXPECT_EQ(first_two(predict(forest_, row)).first, second);
      EXPECT_EQ(point.value <= point.bound, point.at_most);
      EXPECT_EQ(thresholds_between(point.column, own, point.value),
                point.crossed);
      row[point.column] = own;
    }
  }
  EXPECT_GT(found, 0u);
}

// Compared with trying every value, and some between and beyond.
TEST_P(CounterfactualTest, IsTheNearestChange) {
  for (std::size_t i = 0; i < data_.rows(); ++i) {
    const AppId second = first_two(predict(forest_, data_.row(i))).second;
    std::vector<float> row(data_.row(i).begin(), data_.row(i).end());
    std::map<std::size_t, std::size_t> expected;
    for (std::size_t column = 0; column < data_.width; ++column) {
      const float own = row[column];
      for (int quarter = -4; quarter <= 52; ++quarter) {
        const float value = 0.25f * static_cast<float>(quarter);
        row[column] = value;
        if (first_two(predict(forest_, row)).first != second) continue;
        const std::size_t crossed = thresholds_between(column, own, value);
        const auto [at, is_new] = expected.try_emplace(column, crossed);
        at->second = std::min(at->second, crossed);
      }
      row[column] = own;
    }
    std::map<std::size_t, std::size_t> found;
    const auto points = find_counterfactuals(forest_, row, second);
    for (const auto& point : points) found[point.column] = point.crossed;
    EXPECT_EQ(found, expected) << i;
    EXPECT_TRUE(std::ranges::is_sorted(points, {}, &Counterfactual::crossed));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CounterfactualTest, testing::Values(1, 2, 3));

TEST(Counterfactual, IsNoneIfNoFeatureFlipsTheVote) {
  Forest forest;
  forest.apps = 2;
  forest.width = 1;
  forest.leaf_shares = {1, 0, 0, 1};
  forest.trees = {{{TreeNode::kLeaf, 3, 0}}};
  EXPECT_TRUE(find_counterfactuals(forest, std::vector<float>{1}, 1).empty());
}

}  // namespace
}  // namespace flowtell
