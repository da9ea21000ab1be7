// SPDX-License-Identifier: Apache-2.0
#include "model/compiled_forest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Appends a random tree of at most `depth` levels below its root.
void add_random_nodes(Random& random, const Forest& forest, std::uint32_t depth,
                      Tree& tree) {
  const auto leaves =
      static_cast<std::uint32_t>(forest.leaf_shares.size() / forest.apps);
  if (depth == 0 || random.below(4) == 0) {
    tree.push_back({TreeNode::kLeaf, 0, random.below(leaves)});
    return;
  }
  const auto column = random.below(static_cast<std::uint32_t>(forest.width));
  const std::size_t index = tree.size();
  tree.push_back({static_cast<std::uint16_t>(column),
                  static_cast<float>(random.below(10)), 0});
  add_random_nodes(random, forest, depth - 1, tree);
  tree[index].next = static_cast<std::uint32_t>(tree.size());
  add_random_nodes(random, forest, depth - 1, tree);
}

Forest random_forest(Random& random) {
  Forest forest;
  forest.apps = 1 + random.below(6);
  forest.width = 1 + random.below(5);
  const std::size_t leaves = forest.apps + random.below(20);
  for (std::size_t i = 0; i < leaves * forest.apps; ++i) {
    forest.leaf_shares.push_back(static_cast<float>(random.unit()));
  }
  forest.trees.resize(1 + random.below(12));
  for (Tree& tree : forest.trees) {
    add_random_nodes(random, forest, random.below(9), tree);
  }
  return forest;
}

// Values that are often equal to a threshold.
std::vector<float> random_rows(Random& random, std::size_t count,
                               std::size_t width) {
  std::vector<float> rows;
  for (std::size_t i = 0; i < count * width; ++i) {
    rows.push_back(static_cast<float>(random.below(21)) / 2);
  }
  return rows;
}

std::vector<double> predict_plain(const Forest& forest,
                                  const std::vector<float>& rows) {
  std::vector<double> all;
  std::vector<double> shares(forest.apps);
  for (std::size_t at = 0; at < rows.size(); at += forest.width) {
    forest.predict(std::span(rows).subspan(at, forest.width), shares);
    all.insert(all.end(), shares.begin(), shares.end());
  }
  return all;
}

std::vector<double> predict_compiled(const Forest& forest,
                                     const std::vector<float>& rows) {
  std::vector<double> all(rows.size() / forest.width * forest.apps, -1);
  CompiledForest(forest).predict(rows, all);
  return all;
}

RC_GTEST_PROP(CompiledForestProperty, MatchesThePlainForest,
              (std::uint64_t seed)) {
  Random random(seed);
  const Forest forest = random_forest(random);
  const auto rows = random_rows(random, random.below(200), forest.width);
  RC_ASSERT(predict_compiled(forest, rows) == predict_plain(forest, rows));
}

TEST(CompiledForest, MatchesThePlainForestAroundBlockSize) {
  Random random(5);
  const Forest forest = random_forest(random);
  for (const std::size_t count : {0u, 1u, 63u, 64u, 65u, 128u, 129u}) {
    const auto rows = random_rows(random, count, forest.width);
    EXPECT_EQ(predict_compiled(forest, rows), predict_plain(forest, rows));
  }
}

TEST(CompiledForest, MatchesATrainedForestOnItsRows) {
  const Dataset data = random_table(12, {.rows = 500, .telling = false});
  ForestOptions options;
  options.trees = 30;
  const Forest forest = build_forest(data, options).forest;
  EXPECT_EQ(predict_compiled(forest, data.values),
            predict_plain(forest, data.values));
}

TEST(CompiledForest, SendsARowOnTheThresholdLeft) {
  Forest forest{2, 1, {{{0, 1.5f, 2}, {TreeNode::kLeaf, 0, 0}}}, {1, 0, 0, 1}};
  forest.trees[0].push_back({TreeNode::kLeaf, 0, 1});
  EXPECT_EQ(predict_compiled(forest, {1.5f, 1.6f}),
            (std::vector<double>{1, 0, 0, 1}));
}

}  // namespace
}  // namespace flowtell
