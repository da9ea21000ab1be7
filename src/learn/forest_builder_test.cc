// SPDX-License-Identifier: Apache-2.0
#include "learn/forest_builder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>

#include "support/samples.h"

namespace flowtell {
namespace {

ForestOptions options_of(std::size_t trees, std::uint64_t seed = 1) {
  ForestOptions options;
  options.trees = trees;
  options.seed = seed;
  return options;
}

// Equal rows: nothing can be cut, so every tree is one leaf.
Dataset equal_rows(std::size_t of_a, std::size_t of_b) {
  std::vector<TestRow> rows(of_a, {{1, 2}, 0, 0});
  rows.insert(rows.end(), of_b, {{1, 2}, 1, 1});
  return table_of(rows, 2);
}

std::vector<double> predict(const Forest& forest, std::vector<float> row) {
  std::vector<double> shares(forest.apps);
  forest.predict(row, shares);
  return shares;
}

std::size_t depth_of(const Tree& tree, std::size_t at = 0) {
  if (tree[at].is_leaf()) return 0;
  return 1 + std::max(depth_of(tree, at + 1), depth_of(tree, tree[at].next));
}

TEST(ForestBuilder, BuildsTheSameForestOnAnyNumberOfThreads) {
  const Dataset data = random_table(4, {.rows = 300, .telling = false});
  ForestOptions options = options_of(20);
  const BuiltForest one = build_forest(data, options);
  for (const int threads : {2, 7}) {
    options.threads = threads;
    const BuiltForest many = build_forest(data, options);
    EXPECT_EQ(many.forest, one.forest);
    EXPECT_EQ(many.impurity_importance, one.impurity_importance);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      EXPECT_EQ(many.in_bag[3].contains(row), one.in_bag[3].contains(row));
    }
  }
}

TEST(ForestBuilder, DependsOnTheSeed) {
  const Dataset data = random_table(4, {.telling = false});
  const Forest forest = build_forest(data, options_of(5, 7)).forest;
  EXPECT_EQ(build_forest(data, options_of(5, 7)).forest, forest);
  EXPECT_NE(build_forest(data, options_of(5, 8)).forest, forest);
}

TEST(ForestBuilder, BuildsTheSameForestFromAQuantisedTable) {
  const Dataset data = random_table(4, {.rows = 300, .telling = false});
  const ForestOptions options = options_of(5);
  const QuantisedTable table = QuantisedTable::of(data, 2);
  EXPECT_EQ(build_forest(table, options).forest,
            build_forest(data, options).forest);
}

TEST(ForestBuilder, GrowsEachTreeFromItsOwnSample) {
  const Dataset data = random_table(4, {.rows = 1000});
  const BuiltForest built = build_forest(data, options_of(30));
  std::size_t drawn = 0;
  std::size_t same = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    for (const RowSet& bag : built.in_bag)
      if (bag.contains(row)) ++drawn;
    if (built.in_bag[0].contains(row) == built.in_bag[1].contains(row)) {
      ++same;
    }
  }
  // A bootstrap sample holds 1 - 1/e of the rows.
  EXPECT_NEAR(static_cast<double>(drawn) / 30'000, 0.632, 0.01);
  EXPECT_LT(same, 700u);
}

TEST(ForestBuilder, BalancesAppsWithDifferentFlowCounts) {
  const Dataset data = equal_rows(180, 20);
  EXPECT_NEAR(predict(build_forest(data, options_of(400)).forest, {1, 2})[1],
              0.5, 0.03);
}

TEST(ForestBuilder, BalancesAnAppOfOneFlowAndOneOfManyThousand) {
  const Dataset data = equal_rows(20'000, 1);
  EXPECT_NEAR(predict(build_forest(data, options_of(3)).forest, {1, 2})[1], 0.5,
              1e-3);
}

// The rows are equal, their parts are not.
TEST(ForestBuilder, TrainsOnPartsAndRows) {
  Dataset data = equal_rows(10, 10);
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const float value = data.labels[row] == 0 ? 5 : 9;
    data.parts.values.insert(data.parts.values.end(), {value, 2});
    data.parts.whole.push_back(row);
  }
  const BuiltForest built = build_forest(data, options_of(200));
  EXPECT_NEAR(predict(built.forest, {1, 2})[1], 0.5, 0.1);
  EXPECT_NEAR(predict(built.forest, {5, 2})[1], 0, 0.05);
  EXPECT_NEAR(predict(built.forest, {9, 2})[1], 1, 0.05);
}

TEST(ForestBuilder, CountsARowInTheBagIfOneOfItsPartsIs) {
  Dataset data = random_table(4, {.rows = 1000});
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const auto values = data.row(row);
    data.parts.values.insert(data.parts.values.end(), values.begin(),
                             values.end());
    data.parts.whole.push_back(row);
  }
  const BuiltForest built = build_forest(data, options_of(30));
  std::size_t drawn = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    for (const RowSet& bag : built.in_bag) drawn += bag.contains(row) ? 1U : 0U;
  }
  // The row and its part are both missing in 1/e^2 of the trees.
  EXPECT_NEAR(static_cast<double>(drawn) / 30'000, 0.865, 0.01);
}

TEST(ForestBuilder, WeightsFlowsEquallyWithoutBalancing) {
  const Dataset data = equal_rows(180, 20);
  ForestOptions options = options_of(400);
  options.balance_apps = false;
  EXPECT_NEAR(predict(build_forest(data, options).forest, {1, 2})[1], 0.1,
              0.01);
}

TEST(ForestBuilder, GivesAnAppWithoutFlowsNoShare) {
  Dataset data = random_table(2);
  data.apps.emplace_back("never seen");
  const Forest forest = build_forest(data, options_of(10)).forest;
  const auto row = data.row(0);
  const auto shares = predict(forest, {row.begin(), row.end()});
  EXPECT_EQ(shares.size(), 4u);
  EXPECT_EQ(shares[3], 0);
  EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-6);
}

TEST(ForestBuilder, LimitsTheDepth) {
  const Dataset data = random_table(6, {.rows = 200, .telling = false});
  for (const std::size_t max_depth : {1u, 2u, 5u}) {
    ForestOptions options = options_of(5);
    options.max_depth = max_depth;
    for (const Tree& tree : build_forest(data, options).forest.trees) {
      EXPECT_EQ(depth_of(tree), max_depth);
    }
  }
}

TEST(ForestBuilder, LimitsTheLeafSize) {
  const Dataset data = random_table(6, {.rows = 100, .telling = false});
  ForestOptions options = options_of(10);
  options.min_samples_leaf = 50;
  for (const Tree& tree : build_forest(data, options).forest.trees) {
    EXPECT_LE(tree.size(), 3u);
  }
  options.min_samples_leaf = 51;
  for (const Tree& tree : build_forest(data, options).forest.trees) {
    EXPECT_EQ(tree.size(), 1u);
  }
}

TEST(ForestBuilder, RecognisesDistinctTrainingFlows) {
  const Dataset data = random_table(8, {.rows = 400, .telling = false});
  const Forest forest = build_forest(data, options_of(100)).forest;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto row = data.row(i);
    const auto shares = predict(forest, {row.begin(), row.end()});
    EXPECT_EQ(std::ranges::max_element(shares) - shares.begin(),
              data.labels[i]);
  }
}

TEST(ForestBuilder, GivesMostImportanceToTheInformativeColumn) {
  const Dataset data = random_table(1, {.rows = 300});
  const auto importance =
      build_forest(data, options_of(50)).impurity_importance;
  ASSERT_EQ(importance.size(), data.width);
  EXPECT_NEAR(std::accumulate(importance.begin(), importance.end(), 0.0), 1,
              1e-9);
  EXPECT_GT(importance[0], 0.5);
}

TEST(ForestBuilder, GivesNoImportanceWithoutCuts) {
  const auto built = build_forest(equal_rows(5, 5), options_of(10));
  EXPECT_EQ(built.impurity_importance, (std::vector<double>{0, 0}));
}

TEST(ForestBuilder, PutsPureLeavesFirst) {
  const Forest forest = build_forest(random_table(1), options_of(3)).forest;
  for (std::uint32_t app = 0; app < 3; ++app) {
    std::vector<float> pure(3);
    pure[app] = 1;
    EXPECT_TRUE(std::ranges::equal(forest.shares_of_leaf(app), pure));
  }
}

TEST(ForestBuilder, ReportsProgress) {
  std::atomic<std::size_t> calls = 0;
  std::atomic<std::size_t> finished = 0;
  ForestOptions options = options_of(12);
  options.threads = 2;
  options.progress = [&](std::size_t done, std::size_t total) {
    ++calls;
    if (done == total) ++finished;
  };
  build_forest(random_table(1), options);
  EXPECT_EQ(calls, 12u);
  EXPECT_EQ(finished, 1u);
}

}  // namespace
}  // namespace flowtell
