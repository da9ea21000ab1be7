// SPDX-License-Identifier: Apache-2.0
#include "audit/equal_rows.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

using Groups = std::vector<std::vector<std::uint32_t>>;

TEST(EqualRows, HaveTheSameValuesInAllColumns) {
  const Dataset data = table_of({{{1, 2}, 0, 0},
                                 {{1, 3}, 0, 0},
                                 {{1, 2}, 1, 1},
                                 {{2, 2}, 1, 1},
                                 {{1, 3}, 1, 1},
                                 {{1, 2}, 0, 2}},
                                2);
  EXPECT_EQ(equal_rows(data), (Groups{{0, 2, 5}, {1, 4}, {3}}));
}

TEST(LabelCeiling, IsOneWithoutConflicts) {
  const Dataset data = table_of({{{1}, 0, 0}, {{1}, 0, 0}, {{2}, 1, 1}}, 2);
  const LabelCeiling ceiling = label_ceiling(data, equal_rows(data));
  EXPECT_DOUBLE_EQ(ceiling.accuracy, 1);
  EXPECT_DOUBLE_EQ(ceiling.balanced_accuracy, 1);
}

// Value 1 has three flows of a and two of b, value 2 has one of a. At most 4 of
// 6 are correct. For balanced accuracy, all of b outweighs most of a: (1/4 +
// 2/2) / 2.
TEST(LabelCeiling, NamesOneAppForEqualRows) {
  const Dataset data = table_of({{{1}, 0, 0},
                                 {{1}, 0, 0},
                                 {{1}, 0, 0},
                                 {{2}, 0, 0},
                                 {{1}, 1, 1},
                                 {{1}, 1, 1}},
                                2);
  const LabelCeiling ceiling = label_ceiling(data, equal_rows(data));
  EXPECT_DOUBLE_EQ(ceiling.accuracy, 4.0 / 6);
  EXPECT_DOUBLE_EQ(ceiling.balanced_accuracy, (0.25 + 1) / 2);
}

// The reference: every way to assign one app to each value.
TEST(LabelCeiling, IsTheBestOfAllClassifiers) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomTable table;
    table.rows = 40;
    table.columns = 1;
    table.distinct = 5;
    table.telling = false;
    const Dataset data = random_table(seed, table);
    const auto groups = equal_rows(data);
    const auto flows = data.flows_per_app();
    double best = 0;
    double best_balanced = 0;
    std::size_t ways = 1;
    for (std::size_t i = 0; i < groups.size(); ++i) ways *= data.apps.size();
    for (std::size_t way = 0; way < ways; ++way) {
      std::size_t digits = way;
      std::vector<double> right(data.apps.size());
      for (const auto& rows : groups) {
        const std::size_t named = digits % data.apps.size();
        digits /= data.apps.size();
        for (const auto row : rows) {
          if (data.labels[row] == named) right[named] += 1;
        }
      }
      double sum = 0;
      double recalls = 0;
      for (std::size_t app = 0; app < right.size(); ++app) {
        sum += right[app];
        recalls += right[app] / static_cast<double>(flows[app]);
      }
      best = std::max(best, sum / 40);
      best_balanced =
          std::max(best_balanced, recalls / static_cast<double>(right.size()));
    }
    const LabelCeiling ceiling = label_ceiling(data, groups);
    EXPECT_NEAR(ceiling.accuracy, best, 1e-12);
    EXPECT_NEAR(ceiling.balanced_accuracy, best_balanced, 1e-12);
  }
}

// An app without flows has no recall to count.
TEST(LabelCeiling, IgnoresAppsWithoutFlows) {
  const Dataset data = table_of({{{1}, 0, 0}, {{2}, 1, 1}}, 3);
  EXPECT_DOUBLE_EQ(label_ceiling(data, equal_rows(data)).balanced_accuracy, 1);
}

}  // namespace
}  // namespace flowtell
