// SPDX-License-Identifier: Apache-2.0
//
// Compares the small grower with TreeGrower, which tree_grower_test.cc compares
// with a slow reference. With a weight of 2 per flow TreeGrower does not use
// the small grower, and all sums double exactly in floating point. So the trees
// must be equal node by node, except for the weights of their leaves.
#include "learn/small_grower.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "learn/tree_grower.h"
#include "support/samples.h"

namespace flowtell {
namespace {

GrownTree grow(const Dataset& data, const std::vector<std::uint8_t>& counts,
               double weight, const TreeOptions& options, std::uint64_t seed) {
  const std::vector<double> weights(data.apps.size(), weight);
  const BinnedColumns columns = BinnedColumns::of(data, 1);
  Random random(seed);
  return TreeGrower(columns, data.labels, weights, options)
      .grow(counts, random);
}

void check_against_tree_grower(const Dataset& data,
                               const std::vector<std::uint8_t>& counts,
                               const TreeOptions& options, std::uint64_t seed) {
  const GrownTree small = grow(data, counts, 1, options, seed);
  const GrownTree plain = grow(data, counts, 2, options, seed);
  ASSERT_EQ(small.nodes.size(), plain.nodes.size());
  for (std::size_t i = 0; i < small.nodes.size(); ++i) {
    TreeNode node = small.nodes[i];
    if (node.is_leaf()) node.threshold *= 2;
    ASSERT_EQ(node, plain.nodes[i]) << "node " << i;
  }
  ASSERT_EQ(small.mixed_leaves, plain.mixed_leaves);
  ASSERT_EQ(small.impurity_decrease, plain.impurity_decrease);
}

RC_GTEST_PROP(SmallGrowerProperty, MatchesTreeGrower, (std::uint64_t seed)) {
  Random random(seed);
  RandomTable shape;
  shape.rows = 1 + random.below(600);
  shape.columns = 1 + random.below(70);
  shape.apps = 1 + random.below(40);
  shape.captures = shape.apps;
  shape.distinct = random.below(2) == 0 ? 0 : 1 + random.below(20);
  shape.telling = random.below(2) == 0;
  const Dataset data = random_table(seed, shape);
  const std::vector<std::uint8_t> counts = random_counts(random, data.rows());
  TreeOptions options;
  options.columns_per_split =
      1 + random.below(static_cast<std::uint32_t>(shape.columns));
  options.min_samples_leaf = 1 + random.below(4);
  options.max_depth = random.below(2) == 0 ? 0 : 1 + random.below(9);
  check_against_tree_grower(data, counts, options, seed);
}

// More rows than 16 bits can index; the first nodes are too large for lanes.
TEST(SmallGrower, GrowsSubtreesOfALargeTable) {
  const Dataset data =
      random_table(3, {.rows = 90'000, .columns = 5, .telling = false});
  check_against_tree_grower(data, std::vector<std::uint8_t>(data.rows(), 1),
                            {.columns_per_split = 2, .max_depth = 12}, 1);
}

TEST(SmallGrower, AcceptsNodesThatFitItsLanesWithUnitWeights) {
  const std::vector<double> ones(40, 1.0);
  std::vector<double> weights(40);
  weights[3] = kMaxInLanes - 1;
  weights[5] = 1;
  EXPECT_TRUE(SmallGrower::can_grow(weights, ones));
  weights[6] = 1;
  EXPECT_FALSE(SmallGrower::can_grow(weights, ones)) << "too many flows";
  std::fill_n(weights.begin(), 32, 1.0);
  EXPECT_TRUE(SmallGrower::can_grow(weights, ones));
  weights[39] = 1;
  EXPECT_FALSE(SmallGrower::can_grow(weights, ones)) << "too many classes";
  weights[39] = 0;
  std::vector<double> uneven = ones;
  uneven[39] = 2;
  EXPECT_TRUE(SmallGrower::can_grow(weights, uneven))
      << "the app is not in the node";
  uneven[0] = 2;
  EXPECT_FALSE(SmallGrower::can_grow(weights, uneven));
}

}  // namespace
}  // namespace flowtell
