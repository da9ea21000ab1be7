// SPDX-License-Identifier: Apache-2.0
#include "evaluate/repeated_folds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "evaluate/evaluation.h"
#include "learn/row_classifier.h"
#include "support/samples.h"

namespace flowtell {
namespace {

TEST(StudentQuantile, MatchesPublishedTables) {
  EXPECT_NEAR(student_quantile(3), 3.182, 0.02);
  EXPECT_NEAR(student_quantile(9), 2.262, 0.001);
  EXPECT_NEAR(student_quantile(24), 2.064, 0.001);
  EXPECT_NEAR(student_quantile(1e9), 1.960, 0.001);
}

// The first five terms of the expansion (Abramowitz and Stegun, 26.7.5),
// computed independently.
TEST(StudentQuantile, MatchesTheSeriesExpansion) {
  EXPECT_NEAR(student_quantile(1), 11.300117920687915, 1e-9);
  EXPECT_NEAR(student_quantile(2), 4.270551423673034, 1e-9);
  EXPECT_NEAR(student_quantile(5), 2.5703082569162268, 1e-9);
}

// Two runs of two folds each: the variance is 0.02 / 3, and test and training
// folds have equal size.
TEST(CorrectedInterval, CorrectsForOverlappingTrainingSets) {
  const Interval interval =
      corrected_interval({0.5, 0.7}, {0.5, 0.6, 0.6, 0.7});
  EXPECT_DOUBLE_EQ(interval.mean, 0.6);
  const double half =
      student_quantile(3) * std::sqrt(0.02 / 3 * (1.0 / 4 + 1.0));
  EXPECT_NEAR(interval.low, 0.6 - half, 1e-12);
  EXPECT_NEAR(interval.high, 0.6 + half, 1e-12);
}

TEST(CorrectedInterval, IsClampedToZeroAndOne) {
  const Interval high = corrected_interval({1, 0.9}, {1, 1, 1, 0.8});
  EXPECT_EQ(high.high, 1);
  EXPECT_LT(high.low, 0.95);
  EXPECT_EQ(corrected_interval({0, 0.1}, {0, 0, 0, 0.2}).low, 0);
}

TEST(CorrectedInterval, IsAPointIfAllFoldsAgree) {
  const Interval interval =
      corrected_interval({0.8, 0.8}, {0.8, 0.8, 0.8, 0.8});
  EXPECT_NEAR(interval.low, 0.8, 1e-12);
  EXPECT_NEAR(interval.high, 0.8, 1e-12);
}

TEST(RepeatedFolds, ScoresEachRunAndItsFolds) {
  const Dataset data = random_table(4, {.rows = 90, .telling = false});
  const EvidenceKinds shape{true, false, false};
  CrossValidationOptions options;
  options.folds = 3;
  options.forest.trees = 5;
  RepeatedFolds folds;
  std::vector<double> runs;
  std::vector<double> parts;
  for (int i = 0; i < 2; ++i, ++options.forest.seed) {
    const HeldOutScores held_out = score_cross_validated(data, options, shape);
    folds.add(data, held_out, shape);
    const Probabilities predicted =
        classify_captures(data, held_out.scores, held_out.weights, shape);
    runs.push_back(evaluate(data, predicted, {}).accuracy);
    for (std::uint32_t fold = 0; fold < 3; ++fold) {
      std::size_t right = 0;
      std::size_t flows = 0;
      for (std::size_t row = 0; row < data.rows(); ++row) {
        if (held_out.weights.fold_of[row] != fold) continue;
        const auto shares = predicted.row(row);
        ++flows;
        if (std::ranges::max_element(shares) - shares.begin() ==
            data.labels[row]) {
          ++right;
        }
      }
      parts.push_back(static_cast<double>(right) / static_cast<double>(flows));
    }
  }
  const RepeatedScore score = folds.score();
  ASSERT_EQ(score.runs.size(), 2u);
  EXPECT_DOUBLE_EQ(score.runs[1].accuracy, runs[1]);
  const Interval expected = corrected_interval(runs, parts);
  EXPECT_NEAR(score.accuracy.mean, expected.mean, 1e-12);
  EXPECT_NEAR(score.accuracy.low, expected.low, 1e-12);
  EXPECT_NEAR(score.accuracy.high, expected.high, 1e-12);
}

}  // namespace
}  // namespace flowtell
