// SPDX-License-Identifier: Apache-2.0
#include "model/attribution.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// x0 <= 1 ? (x1 <= 5 ? a : b) : mixed, with leaves of weight 6, 2 and 4.
Forest small_forest() {
  Forest forest;
  forest.apps = 2;
  forest.width = 2;
  forest.leaf_shares = {1, 0, 0, 1, 0.25f, 0.75f};
  forest.trees = {{{0, 1, 4},
                   {1, 5, 3},
                   {TreeNode::kLeaf, 6, 0},
                   {TreeNode::kLeaf, 2, 1},
                   {TreeNode::kLeaf, 4, 2}}};
  return forest;
}

TEST(Attribution, GivesEachNodeTheSharesOfItsFlows) {
  const Forest forest = small_forest();
  const auto shares = node_shares(forest, forest.trees[0]);
  const std::vector<double> expected = {7.0 / 12, 5.0 / 12, 0.75, 0.25, 1,
                                        0,        0,        1,    0.25, 0.75};
  ASSERT_EQ(shares.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(shares[i], expected[i], 1e-12) << i;
  }
}

TEST(Attribution, CreditsEachSplitToItsColumn) {
  const Attribution vote = attribute(small_forest(), std::vector<float>{0, 9});
  EXPECT_NEAR(vote.base[0], 7.0 / 12, 1e-12);
  EXPECT_NEAR(vote.of(0, 0), 0.75 - 7.0 / 12, 1e-12);
  EXPECT_NEAR(vote.of(1, 0), -0.75, 1e-12);
  EXPECT_NEAR(vote.of(1, 1), 0.75, 1e-12);
}

TEST(Attribution, AveragesChildrenWithoutWeight) {
  Forest forest = small_forest();
  for (TreeNode& node : forest.trees[0]) {
    if (node.is_leaf()) node.threshold = 0;
  }
  EXPECT_NEAR(node_shares(forest, forest.trees[0])[0], 0.375, 1e-12);
}

// The root of a trained tree has the weighted shares of its bootstrap sample,
// which are equal for balanced apps up to sampling noise.
TEST(Attribution, BaseSharesAreEqualForBalancedApps) {
  const Dataset data = random_table(3, {.rows = 400, .telling = false});
  ForestOptions options;
  options.trees = 30;
  const Forest forest = build_forest(data, options).forest;
  const Attribution vote = attribute(forest, data.row(0));
  for (const double share : vote.base) EXPECT_NEAR(share, 1.0 / 3, 0.02);
}

RC_GTEST_PROP(Attribution, AddsUpToTheVote, (std::uint64_t seed)) {
  const Dataset data = random_table(
      seed, {.rows = 80, .columns = 5, .apps = 4, .telling = seed % 2 == 0});
  ForestOptions options;
  options.trees = 5;
  options.seed = seed;
  options.balance_apps = seed % 3 != 0;
  const Forest forest = build_forest(data, options).forest;
  std::vector<double> expected(forest.apps);
  for (std::size_t row = 0; row < data.rows(); row += 7) {
    const Attribution vote = attribute(forest, data.row(row));
    forest.predict(data.row(row), expected);
    double all = 0;
    for (std::size_t app = 0; app < forest.apps; ++app) {
      double sum = vote.base[app];
      for (std::size_t column = 0; column < forest.width; ++column) {
        sum += vote.of(column, app);
      }
      RC_ASSERT(std::abs(sum - expected[app]) < 1e-9);
      all += vote.base[app];
    }
    RC_ASSERT(std::abs(all - 1) < 1e-6);
  }
}

}  // namespace
}  // namespace flowtell
