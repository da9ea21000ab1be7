// SPDX-License-Identifier: Apache-2.0
#include "learn/out_of_bag.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/samples.h"

namespace flowtell {
namespace {

BuiltForest built_of(const Dataset& data, std::size_t trees) {
  ForestOptions options;
  options.trees = trees;
  return build_forest(data, options);
}

// The forest without the trees that saw a row.
Forest without_trees_that_saw(const BuiltForest& built, std::size_t row) {
  Forest rest = built.forest;
  rest.trees.clear();
  for (std::size_t i = 0; i < built.in_bag.size(); ++i) {
    if (!built.in_bag[i].contains(row)) {
      rest.trees.push_back(built.forest.trees[i]);
    }
  }
  return rest;
}

TEST(OutOfBag, PredictsEachRowWithTheTreesThatDidNotSeeIt) {
  const Dataset data = random_table(3, {.rows = 120, .telling = false});
  const BuiltForest built = built_of(data, 4);
  const OutOfBag oob = predict_out_of_bag(built, data, 1);
  std::size_t right = 0;
  std::size_t predicted = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Forest rest = without_trees_that_saw(built, row);
    std::vector<double> expected(3);
    if (!rest.trees.empty()) rest.predict(data.row(row), expected);
    const auto shares = std::span(oob.shares).subspan(row * 3, 3);
    ASSERT_TRUE(std::ranges::equal(shares, expected)) << "row " << row;
    ASSERT_EQ(oob.predicted[row], !rest.trees.empty());
    if (rest.trees.empty()) continue;
    ++predicted;
    const auto best = std::ranges::max_element(expected) - expected.begin();
    if (best == data.labels[row]) ++right;
  }
  EXPECT_LT(predicted, data.rows()) << "some row should be in all four bags";
  EXPECT_EQ(oob.accuracy,
            static_cast<double>(right) / static_cast<double>(predicted));
}

// Tasks have 256 rows; the last one is full or has 1.
TEST(OutOfBag, PredictsTheLastRow) {
  for (const std::size_t rows : {256U, 257U}) {
    const Dataset data = random_table(3, {.rows = rows});
    const OutOfBag oob = predict_out_of_bag(built_of(data, 40), data, 2);
    for (std::size_t row = 0; row < rows; ++row) {
      EXPECT_TRUE(oob.predicted[row]) << row;
    }
  }
}

TEST(OutOfBag, IsNoBetterThanChanceOnNoise) {
  const Dataset data = random_table(3, {.rows = 600, .telling = false});
  EXPECT_NEAR(predict_out_of_bag(built_of(data, 100), data, 1).accuracy, 0.333,
              0.08);
}

TEST(OutOfBag, IsPerfectWithAnInformativeColumn) {
  const Dataset data = random_table(3, {.rows = 600});
  EXPECT_GT(predict_out_of_bag(built_of(data, 100), data, 1).accuracy, 0.99);
}

TEST(OutOfBag, IsTheSameForAnyNumberOfThreads) {
  const Dataset data = random_table(3, {.rows = 700, .telling = false});
  const BuiltForest built = built_of(data, 10);
  const OutOfBag one = predict_out_of_bag(built, data, 1);
  const OutOfBag three = predict_out_of_bag(built, data, 3);
  EXPECT_EQ(one.shares, three.shares);
  EXPECT_EQ(one.accuracy, three.accuracy);
}

TEST(OutOfBag, HasNoAccuracyIfEveryTreeSawEveryRow) {
  const Dataset data = table_of({{{1}, 0, 0}}, 2);
  const BuiltForest built = built_of(data, 5);
  const OutOfBag oob = predict_out_of_bag(built, data, 1);
  EXPECT_EQ(oob.accuracy, 0);
  EXPECT_FALSE(oob.predicted[0]);
  EXPECT_EQ(permutation_importance(built, data, {}), std::vector<double>{0});
}

TEST(PermutationImportance, IsHighForInformativeColumnsAndZeroForNoise) {
  const Dataset data = random_table(3, {.rows = 600});
  const auto lost = permutation_importance(built_of(data, 50), data, {});
  ASSERT_EQ(lost.size(), 4u);
  EXPECT_GT(lost[0], 0.4);
  for (std::size_t column = 1; column < 4; ++column) {
    EXPECT_NEAR(lost[column], 0, 0.05) << "column " << column;
  }
}

// The apps' losses, weighted by their flows, add up to the total.
TEST(PermutationImportance, IsTheFlowWeightedMeanOfTheAppsLosses) {
  const Dataset data = random_table(3, {.rows = 600});
  const BuiltForest built = built_of(data, 50);
  const auto lost = permutation_importance(built, data, {});
  const auto by_app = permutation_importance_by_app(built, data, {});
  const auto flows = data.flows_per_app();
  ASSERT_EQ(by_app.size(), 4u);
  for (std::size_t column = 0; column < 4; ++column) {
    double sum = 0;
    for (std::size_t app = 0; app < 3; ++app) {
      sum += by_app[column][app] * static_cast<double>(flows[app]);
    }
    EXPECT_NEAR(sum / 600, lost[column], 1e-12) << "column " << column;
  }
  EXPECT_GT(by_app[0][2], 0.4);
}

TEST(PermutationImportance, IsTheSameForAnyNumberOfThreads) {
  const Dataset data = random_table(3, {.rows = 300, .telling = false});
  const BuiltForest built = built_of(data, 20);
  PermutationOptions options;
  const auto one = permutation_importance(built, data, options);
  options.threads = 3;
  EXPECT_EQ(permutation_importance(built, data, options), one);
}

TEST(PermutationImportance, LimitsTheNumberOfRows) {
  const Dataset data = random_table(3, {.rows = 600});
  PermutationOptions options;
  options.max_rows = 8;
  for (const double lost :
       permutation_importance(built_of(data, 50), data, options)) {
    EXPECT_EQ(lost * 8, static_cast<int>(lost * 8)) << "eighths";
  }
}

TEST(PermutationImportance, UsesTwoThousandRowsByDefault) {
  EXPECT_EQ(PermutationOptions{}.max_rows, 2000U);
  const Dataset data = random_table(3, {.rows = 2100, .columns = 2});
  const auto lost = permutation_importance(built_of(data, 12), data, {});
  EXPECT_GT(lost[0], 0.4);
  EXPECT_NEAR(lost[0] * 2000, std::round(lost[0] * 2000), 1e-9)
      << "two-thousandths";
}

TEST(PermutationImportance, IsZeroForAnAppWithoutFlows) {
  Dataset data = random_table(3, {.rows = 90});
  data.apps.emplace_back("never seen");
  const auto by_app =
      permutation_importance_by_app(built_of(data, 20), data, {});
  for (const auto& of_column : by_app) {
    ASSERT_EQ(of_column.size(), 4U);
    EXPECT_EQ(of_column[3], 0);
  }
}

}  // namespace
}  // namespace flowtell
