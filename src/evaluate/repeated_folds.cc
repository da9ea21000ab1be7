// SPDX-License-Identifier: Apache-2.0
#include "evaluate/repeated_folds.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluate/evaluation.h"
#include "learn/row_classifier.h"

namespace flowtell {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

// Unbiased; of one value it is nothing.
double variance_of(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size() - 1);
}

std::vector<double> part_of(const std::vector<Score>& scores,
                            double Score::*part) {
  std::vector<double> values;
  values.reserve(scores.size());
  for (const Score& score : scores) values.push_back(score.*part);
  return values;
}

Probabilities select(const Probabilities& all,
                     const std::vector<std::uint32_t>& rows) {
  Probabilities some(all.apps, 0);
  for (const std::uint32_t row : rows) {
    const auto from = all.row(row);
    some.values.insert(some.values.end(), from.begin(), from.end());
  }
  return some;
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

Interval corrected_interval(const std::vector<double>& deals,
                            const std::vector<double>& folds) {
  const double mean = mean_of(deals);
  const auto trials = static_cast<double>(folds.size());
  const double folds_a_deal = trials / static_cast<double>(deals.size());
  // Of so many parts one is judged and the others teach.
  const double judged_to_taught = 1 / (folds_a_deal - 1);
  const double deviation =
      std::sqrt(variance_of(folds) * (1 / trials + judged_to_taught));
  const double half = student_quantile(trials - 1) * deviation;
  return {mean, std::max(0.0, mean - half), std::min(1.0, mean + half)};
}

void RepeatedFolds::add(const Dataset& data, const HeldOutScores& held_out,
                        EvidenceKinds kinds) {
  const Probabilities judged =
      classify_captures(data, held_out.scores, held_out.weights, kinds);
  deals_.push_back(evaluate(data, judged, {}).score());
  for_each_fold(held_out.weights.fold_of, [&](const FoldRows& rows, auto) {
    folds_.push_back(
        evaluate(data.select(rows.judged), select(judged, rows.judged), {})
            .score());
  });
}

RepeatedScore RepeatedFolds::score() const {
  RepeatedScore result;
  result.deals = deals_;
  result.accuracy = corrected_interval(part_of(deals_, &Score::accuracy),
                                       part_of(folds_, &Score::accuracy));
  result.balanced_accuracy =
      corrected_interval(part_of(deals_, &Score::balanced_accuracy),
                         part_of(folds_, &Score::balanced_accuracy));
  return result;
}

}  // namespace flowtell
