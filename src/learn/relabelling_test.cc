// SPDX-License-Identifier: Apache-2.0
#include "learn/relabelling.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Column 0 identifies the app in the first half of the rows; rows of the second
// half look the same for both apps.
Dataset half_ambiguous(std::uint64_t seed) {
  Random random(seed);
  std::vector<TestRow> rows;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto app = static_cast<AppId>(i % 2);
    const float signal = i < 200 ? 100.F * static_cast<float>(app + 1) : 0.F;
    rows.push_back(
        {{signal, static_cast<float>(random.unit())}, app, i, 0, ""});
  }
  return table_of(rows, 2);
}

ForestOptions few_trees() {
  ForestOptions options;
  options.trees = 20;
  options.columns_per_split = 2;
  return options;
}

TEST(Relabelling, KeepsHalfAndRelabelsErrors) {
  const Dataset data = half_ambiguous(1);
  const Dataset half = relabel_ambiguous(data, few_trees());
  EXPECT_EQ(half.rows(), 200U);
  EXPECT_EQ(half.apps, (std::vector<std::string>{"a", "b", "ambiguous"}));
  std::size_t relabelled = 0;
  std::size_t similar = 0;
  for (std::size_t row = 0; row < half.rows(); ++row) {
    const float signal = half.row(row)[0];
    if (signal == 0) {
      ++similar;
      if (half.labels[row] == 2) ++relabelled;
    } else {
      EXPECT_EQ(half.labels[row], signal == 100 ? 0 : 1) << row;
    }
  }
  EXPECT_GT(relabelled, similar / 4) << "half of the guesses are wrong";
  EXPECT_LT(relabelled, similar);
}

TEST(Relabelling, DependsOnTheSeedAlone) {
  const Dataset data = half_ambiguous(1);
  ForestOptions other = few_trees();
  EXPECT_EQ(relabel_ambiguous(data, other).labels,
            relabel_ambiguous(data, few_trees()).labels);
  other.seed = 2;
  EXPECT_NE(relabel_ambiguous(data, other).values,
            relabel_ambiguous(data, few_trees()).values);
}

TEST(Relabelling, KeepsTooFewRowsUnchanged) {
  const Dataset one =
      relabel_ambiguous(table_of({{{1}, 1, 0}}, 2), few_trees());
  EXPECT_EQ(one.labels, std::vector<AppId>{1});
  EXPECT_EQ(one.apps.size(), 3U);
}

TEST(PlainShares, AreTheForestsShares) {
  const Dataset data = half_ambiguous(1);
  const auto plain = predict_plain(data, data, false, few_trees());
  EXPECT_EQ(
      plain.apps.values,
      predict_all(build_forest(data, few_trees()).forest, data, 1).values);
  EXPECT_EQ(std::ranges::count(plain.ambiguous, true), 0);
}

TEST(PlainShares, ExcludeTheAmbiguousClass) {
  const Dataset train = half_ambiguous(1);
  const Dataset test = half_ambiguous(2);
  const auto plain = predict_plain(train, test, true, few_trees());
  ASSERT_EQ(plain.apps.apps, 2U);
  std::size_t ambiguous = 0;
  for (std::size_t row = 0; row < test.rows(); ++row) {
    const auto shares = plain.apps.row(row);
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (row < 200) {
      EXPECT_FALSE(plain.ambiguous[row]) << row;
      EXPECT_DOUBLE_EQ(shares[test.labels[row]], 1) << row;
    } else if (plain.ambiguous[row]) {
      ++ambiguous;
      EXPECT_LE(sum, 2.0 / 3 + 1e-9) << "ambiguous has the largest share";
    }
  }
  EXPECT_GT(ambiguous, 50U);
}

TEST(PlainShares, OfAFoldDependOnTheOthersAlone) {
  Dataset data = half_ambiguous(1);
  std::vector<std::uint32_t> folds;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    folds.push_back(row % 5);
  }
  const auto before =
      predict_plain_cross_validated(data, folds, true, few_trees());
  for (std::size_t row = 0; row < data.rows(); row += 5) data.labels[row] = 1;
  const auto after =
      predict_plain_cross_validated(data, folds, true, few_trees());
  for (std::size_t row = 0; row < data.rows(); row += 5) {
    EXPECT_TRUE(std::ranges::equal(before.apps.row(row), after.apps.row(row)));
    EXPECT_EQ(before.ambiguous[row], after.ambiguous[row]);
  }
  EXPECT_NE(before.apps.values, after.apps.values) << "other folds train on it";
}

// Covers the final forest only, not the one used for relabelling.
TEST(PlainShares, ReportProgress) {
  const Dataset data = half_ambiguous(1);
  std::vector<std::pair<std::size_t, std::size_t>> reported;
  ForestOptions options = few_trees();
  options.trees = 2;
  options.progress = [&](std::size_t done, std::size_t total) {
    reported.emplace_back(done, total);
  };
  using Steps = std::vector<std::pair<std::size_t, std::size_t>>;
  predict_plain(data, data, true, options);
  EXPECT_EQ(reported, (Steps{{1, 2}, {2, 2}}));
  reported.clear();
  std::vector<std::uint32_t> folds(data.rows(), 1);
  folds[0] = folds[1] = 0;
  folds[2] = folds[3] = 2;
  predict_plain_cross_validated(data, folds, false, options);
  EXPECT_EQ(reported, (Steps{{1, 6}, {2, 6}, {3, 6}, {4, 6}, {5, 6}, {6, 6}}));
}

}  // namespace
}  // namespace flowtell
