// SPDX-License-Identifier: Apache-2.0
#include "audit/value_range.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/samples.h"

namespace flowtell {
namespace {

// One column: the values of app a, then those of b and c.
Dataset values_of(const std::vector<std::vector<float>>& per_app) {
  std::vector<TestRow> rows;
  for (std::size_t app = 0; app < per_app.size(); ++app) {
    for (const float value : per_app[app]) {
      rows.push_back(
          {{value}, static_cast<AppId>(app), static_cast<std::uint32_t>(app)});
    }
  }
  return table_of(rows, per_app.size());
}

std::vector<std::uint32_t> sorted(const Dataset& data) {
  std::vector<std::uint32_t> rows(data.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) {
    return data.row(a)[0] < data.row(b)[0];
  });
  return rows;
}

ValueRange range_of_a(const Dataset& data) {
  return best_range(data, 0, 0, sorted(data));
}

TEST(ValueRange, IsEmptyForAnUninformativeColumn) {
  const ValueRange range = range_of_a(values_of({{5, 5}, {5, 5}}));
  EXPECT_FALSE(range.holds(5));
  EXPECT_FALSE(range.holds(0));
}

TEST(ValueRange, IsAThresholdIfPossible) {
  const ValueRange low = range_of_a(values_of({{1, 2, 3}, {5, 6}}));
  EXPECT_TRUE(std::isinf(low.low));
  EXPECT_FLOAT_EQ(low.high, 4);
  const ValueRange high = range_of_a(values_of({{7, 9}, {1, 2}}));
  EXPECT_FLOAT_EQ(high.low, 4.5);
  EXPECT_TRUE(std::isinf(high.high));
}

TEST(ValueRange, IsAnIntervalBetweenTheOthers) {
  const ValueRange range =
      range_of_a(values_of({{4, 5, 5}, {1, 2}, {8, 9, 10}}));
  EXPECT_FLOAT_EQ(range.low, 3);
  EXPECT_FLOAT_EQ(range.high, 6.5);
  EXPECT_TRUE(range.holds(3));
  EXPECT_TRUE(range.holds(6.5F)) << "both ends are included";
  EXPECT_FALSE(range.holds(2.9F));
  EXPECT_FALSE(range.holds(6.6F));
}

TEST(RangeScore, IsTheMeanAccuracyOfBothSides) {
  EXPECT_DOUBLE_EQ((RangeScore{1, 0}).balanced_accuracy(), 1);
  EXPECT_DOUBLE_EQ((RangeScore{0.5, 0.25}).balanced_accuracy(), 0.625);
  EXPECT_DOUBLE_EQ((RangeScore{0, 1}).balanced_accuracy(), 0);
}

TEST(ValueRange, KeepsEqualValuesTogether) {
  // At value 1 a has more than its share, so all rows with it are inside.
  const ValueRange range = range_of_a(values_of({{1, 1, 1, 9}, {1, 5, 5, 5}}));
  EXPECT_TRUE(range.holds(1));
  EXPECT_FALSE(range.holds(5));
}

TEST(ValueRange, BalancesApps) {
  // The single flow of c at 3 weighs as much as the many of b at 7.
  const Dataset data = values_of({{1, 2, 3, 4}, {7, 7, 7, 7, 7, 7, 7, 7}, {3}});
  EXPECT_FALSE(range_of_a(data).holds(7));
}

// The reference: every range between two values.
TEST(ValueRange, IsTheBestRange) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    RandomTable table;
    table.rows = 30;
    table.columns = 2;
    table.distinct = seed % 2 == 0 ? 6 : 0;
    const Dataset data = random_table(seed, table);
    const auto flows = data.flows_per_app();
    const auto score = [&](std::size_t column, float low, float high) {
      double inside = 0;
      double others = 0;
      for (std::size_t i = 0; i < data.rows(); ++i) {
        const float value = data.row(i)[column];
        if (value < low || value > high) continue;
        const double part = 1 / static_cast<double>(flows[data.labels[i]]);
        (data.labels[i] == 0 ? inside : others) += part;
      }
      return inside - others / 2;
    };
    for (std::size_t column = 0; column < 2; ++column) {
      std::vector<std::uint32_t> rows(data.rows());
      std::iota(rows.begin(), rows.end(), 0U);
      std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) {
        return data.row(a)[column] < data.row(b)[column];
      });
      double best = 0;
      for (const auto a : rows) {
        for (const auto b : rows) {
          best = std::max(
              best, score(column, data.row(a)[column], data.row(b)[column]));
        }
      }
      const ValueRange found = best_range(data, column, 0, rows);
      EXPECT_NEAR(score(column, found.low, found.high), best, 1e-9);
    }
  }
}

}  // namespace
}  // namespace flowtell
