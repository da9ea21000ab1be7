// SPDX-License-Identifier: Apache-2.0
#include "evaluate/repeated_folds.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "evaluate/evaluation.h"
#include "learn/row_classifier.h"

namespace flowtell {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

// Unbiased; 0 for a single value.
double variance_of(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size() - 1);
}

std::vector<double> values_of(const std::vector<Score>& scores,
                              double Score::*part) {
  std::vector<double> values;
  values.reserve(scores.size());
  for (const Score& score : scores) values.push_back(score.*part);
  return values;
}

}  // namespace

double student_quantile(double degrees) {
  constexpr double kNormal = 1.959964;
  const double z = kNormal;
  const double z2 = z * z;
  const double v = degrees;
  const double g1 = z * (z2 + 1) / 4;
  const double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
  const double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  const double g4 =
      z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
  return z + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v;
}

Interval corrected_interval(const std::vector<double>& runs,
                            const std::vector<double>& folds) {
  const double mean = mean_of(runs);
  const auto trials = static_cast<double>(folds.size());
  const double folds_per_run = trials / static_cast<double>(runs.size());
  // One fold is tested, the others are for training.
  const double test_to_train = 1 / (folds_per_run - 1);
  const double deviation =
      std::sqrt(variance_of(folds) * (1 / trials + test_to_train));
  const double half = student_quantile(trials - 1) * deviation;
  return {mean, std::max(0.0, mean - half), std::min(1.0, mean + half)};
}

void RepeatedFolds::add(const Dataset& data, const HeldOutScores& held_out,
                        EvidenceKinds kinds) {
  const Probabilities predicted =
      classify_captures(data, held_out.scores, held_out.weights, kinds);
  const auto& fold_of = held_out.weights.fold_of;
  const auto testable = testable_rows(data, fold_of);
  const auto score_rows = [&](const std::vector<std::uint32_t>& rows) {
    return evaluate(data.select(rows), predicted.select(rows), {}).score();
  };
  runs_.push_back(score_rows(testable));
  for (std::uint32_t fold = 0; fold < count_folds(fold_of); ++fold) {
    std::vector<std::uint32_t> of_fold;
    std::ranges::copy_if(
        testable, std::back_inserter(of_fold),
        [&](std::uint32_t row) { return fold_of[row] == fold; });
    if (!of_fold.empty()) folds_.push_back(score_rows(of_fold));
  }
}

RepeatedScore RepeatedFolds::score() const {
  RepeatedScore result;
  result.runs = runs_;
  result.accuracy = corrected_interval(values_of(runs_, &Score::accuracy),
                                       values_of(folds_, &Score::accuracy));
  result.balanced_accuracy =
      corrected_interval(values_of(runs_, &Score::balanced_accuracy),
                         values_of(folds_, &Score::balanced_accuracy));
  return result;
}

}  // namespace flowtell
