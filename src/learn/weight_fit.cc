// SPDX-License-Identifier: Apache-2.0
#include "learn/evidence_fit.h"

#include <algorithm>

#include "base/portable_math.h"

namespace flowtell {
namespace {

// Logarithms of the smallest and the largest factor tried.
constexpr double kMinLog = -3.5;
constexpr double kMaxLog = 1.6;
constexpr int kSteps = 14;  // to within 1 %

// The minimum of a unimodal function (golden-section search, Kiefer 1953).
template <typename Function>
double minimum_of(Function&& value) {
  constexpr double kRatio = 0.6180339887498949;
  double low = kMinLog;
  double high = kMaxLog;
  double left = high - kRatio * (high - low);
  double right = low + kRatio * (high - low);
  double at_left = value(left);
  double at_right = value(right);
  for (int i = 0; i < kSteps; ++i) {
    if (at_left <= at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - kRatio * (high - low);
      at_left = value(left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + kRatio * (high - low);
      at_right = value(right);
    }
  }
  return (low + high) / 2;
}

}  // namespace

double log_loss(const Dataset& data, const Probabilities& probabilities) {
  std::vector<double> sums(data.apps.size());
  std::vector<std::size_t> rows(data.apps.size());
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const AppId app = data.labels[i];
    sums[app] -= portable_log(probabilities.row(i)[app]);
    ++rows[app];
  }
  double sum = 0;
  std::size_t apps = 0;
  for (std::size_t app = 0; app < sums.size(); ++app) {
    if (rows[app] == 0) continue;
    sum += sums[app] / static_cast<double>(rows[app]);
    ++apps;
  }
  return apps == 0 ? 0 : sum / static_cast<double>(apps);
}

EvidenceWeights fit_weights(const Dataset& data, const DatasetScores& scores,
                            EvidenceKinds kinds, const EvidenceWeights* alone) {
  RowWeights weights{{EvidenceWeights{}}, {}};
  EvidenceWeights& fitted = weights.of_fold.front();
  if (kinds.time) {
    const EvidenceWeights of_flows =
        alone != nullptr
            ? *alone
            : fit_weights(data, scores, {kinds.shape, kinds.name, false});
    fitted.shape_alone = of_flows.shape;
    fitted.name_alone = of_flows.name;
  }
  const auto best_factor = [&](EvidenceKinds used, auto&& apply) {
    const EvidenceWeights before = fitted;
    const auto loss = [&](double logarithm) {
      fitted = before;
      apply(portable_exp(logarithm));
      fitted.shape = std::clamp(fitted.shape, kMinWeight, kMaxWeight);
      fitted.name = std::clamp(fitted.name, kMinWeight, kMaxWeight);
      return log_loss(data, classify_captures(data, scores, weights, used));
    };
    const double best = minimum_of(loss);
    // Without a gain the factor stays 1 instead of an arbitrary value.
    constexpr double kMinGain = 1e-9;
    const double best_loss = loss(best);
    if (best_loss > loss(0) - kMinGain) return;
    loss(best);
  };
  if (kinds.shape) {
    best_factor({true, false, kinds.time},
                [&](double factor) { fitted.shape *= factor; });
  }
  if (kinds.name) {
    best_factor({false, true, kinds.time},
                [&](double factor) { fitted.name *= factor; });
  }
  if (kinds.shape && kinds.name) {
    best_factor(kinds, [&](double factor) {
      fitted.shape *= factor;
      fitted.name *= factor;
    });
  }
  if (!kinds.time) {
    fitted.shape_alone = fitted.shape;
    fitted.name_alone = fitted.name;
  }
  return fitted;
}

}  // namespace flowtell
