// SPDX-License-Identifier: Apache-2.0
#include "explain/forest_reasons.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

class ProximityTest : public testing::Test {
 protected:
  ProximityTest() {
    ForestOptions options;
    options.trees = 20;
    forest_ = build_forest(data_, options).forest;
    examples_ = choose_examples(data_, 30);
  }

  Dataset data_ = random_table(5, {.rows = 120, .columns = 3});
  Forest forest_;
  Examples examples_;
};

TEST_F(ProximityTest, IsOneForARowAndItself) {
  for (std::size_t i = 0; i < examples_.size(); ++i) {
    const auto near = nearest_examples(forest_, examples_.row(i), examples_,
                                       examples_.size());
    double own = 0;
    for (const Neighbour& each : near) {
      if (each.example == i) own = each.proximity;
    }
    EXPECT_EQ(own, 1) << i;
    EXPECT_EQ(near.front().proximity, 1) << i;
  }
}

// Compared with counting tree by tree.
TEST_F(ProximityTest, IsTheShareOfTreesWithTheSameLeaf) {
  const auto row = data_.row(17);
  const auto near = nearest_examples(forest_, row, examples_, 30);
  for (std::size_t i = 1; i < near.size(); ++i) {
    EXPECT_GE(near[i - 1].proximity, near[i].proximity);
  }
  for (const Neighbour& each : near) {
    std::size_t shared = 0;
    for (const Tree& tree : forest_.trees) {
      const auto other = examples_.row(each.example);
      const std::size_t leaf = Forest::leaf_node(tree, row);
      if (Forest::leaf_node(tree, other) == leaf) ++shared;
    }
    EXPECT_EQ(each.proximity, static_cast<double>(shared) / 20);
    EXPECT_GT(shared, 0u);
  }
}

// All that share a leaf are listed, ties in order.
TEST_F(ProximityTest, ListsEachExampleThatSharesALeaf) {
  const auto row = data_.row(17);
  const auto near = nearest_examples(forest_, row, examples_, 30);
  std::size_t expected = 0;
  for (std::size_t i = 0; i < examples_.size(); ++i) {
    for (const Tree& tree : forest_.trees) {
      if (Forest::leaf_node(tree, examples_.row(i)) ==
          Forest::leaf_node(tree, row)) {
        ++expected;
        break;
      }
    }
  }
  EXPECT_EQ(near.size(), expected);
  for (std::size_t i = 1; i < near.size(); ++i) {
    if (near[i - 1].proximity > near[i].proximity) continue;
    EXPECT_LT(near[i - 1].example, near[i].example);
  }
  const auto two = nearest_examples(forest_, row, examples_, 2);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[1].example, near[1].example);
}

TEST_F(ProximityTest, ListsAtMostTheRequestedNumber) {
  EXPECT_LE(nearest_examples(forest_, data_.row(0), examples_, 2).size(), 2u);
  EXPECT_TRUE(nearest_examples(forest_, data_.row(0), {}, 5).empty());
}

}  // namespace
}  // namespace flowtell
