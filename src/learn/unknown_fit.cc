// SPDX-License-Identifier: Apache-2.0
#include "learn/unknown_fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/portable_math.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxGroups = 8;
constexpr std::size_t kColumns = kUnknownColumns.size();
// The columns and a constant.
constexpr std::size_t kTerms = kColumns + 1;
using Terms = std::array<double, kTerms>;

struct Example {
  const UnknownColumns* columns;
  bool is_unknown;
  double weight;
};

double sigmoid(double x) { return 1 / (1 + portable_exp(-x)); }

// By row: 1 / (its app's rows * apps), where `apps` have rows.
struct AppWeights {
  explicit AppWeights(std::span<const AppId> labels) {
    std::vector<std::size_t> rows;
    for (const AppId app : labels) {
      rows.resize(std::max<std::size_t>(rows.size(), app + std::size_t{1}));
      ++rows[app];
    }
    apps = static_cast<double>(rows.size()) -
           static_cast<double>(std::ranges::count(rows, std::size_t{0}));
    of_row.reserve(labels.size());
    for (const AppId app : labels) {
      of_row.push_back(1 / (static_cast<double>(rows[app]) * apps));
    }
  }

  double apps = 0;
  std::vector<double> of_row;
};

// Solves a * x = b for a symmetric, positive definite `a` (Cholesky).
Terms solve(std::array<Terms, kTerms> a, Terms b) {
  for (std::size_t i = 0; i < kTerms; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(sum) : sum / a[j][j];
    }
  }
  for (std::size_t i = 0; i < kTerms; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = kTerms; i-- > 0;) {
    for (std::size_t k = i + 1; k < kTerms; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

// Columns shifted and scaled to mean 0 and deviation 1.
struct Scaling {
  explicit Scaling(std::span<const Example> examples) {
    double total = 0;
    for (const Example& each : examples) total += each.weight;
    for (std::size_t i = 0; i < kColumns; ++i) {
      double sum = 0;
      for (const Example& each : examples) {
        sum += each.weight * each.columns->values[i];
      }
      mean[i] = sum / total;
      double squares = 0;
      for (const Example& each : examples) {
        const double off = each.columns->values[i] - mean[i];
        squares += each.weight * off * off;
      }
      deviation[i] = std::sqrt(squares / total);
    }
  }

  // Such a column says nothing, and its coefficient would be huge.
  bool is_constant(std::size_t column) const {
    return deviation[column] < 1e-4;
  }

  Terms terms(const UnknownColumns& columns) const {
    Terms terms;
    for (std::size_t i = 0; i < kColumns; ++i) {
      terms[i] =
          is_constant(i) ? 0 : (columns.values[i] - mean[i]) / deviation[i];
    }
    terms[kColumns] = 1;
    return terms;
  }

  std::array<double, kColumns> mean;
  std::array<double, kColumns> deviation;
};

// Logistic regression by Newton's method (Hastie et al. 2009, section 4.4.1),
// with half of `ridge` times the squared coefficients added to the loss.
UnknownModel regress(std::span<const Example> examples, double ridge) {
  constexpr int kMaxSteps = 30;
  constexpr double kPrecision = 1e-9;
  const Scaling scaling(examples);
  Terms fitted{};
  for (int step = 0; step < kMaxSteps; ++step) {
    Terms gradient{};
    std::array<Terms, kTerms> hessian{};
    for (std::size_t i = 0; i < kColumns; ++i) {
      gradient[i] = ridge * fitted[i];
      hessian[i][i] = ridge;
    }
    hessian[kColumns][kColumns] = 1e-6;  // never singular
    for (const Example& each : examples) {
      const Terms terms = scaling.terms(*each.columns);
      const double p = sigmoid(
          std::inner_product(terms.begin(), terms.end(), fitted.begin(), 0.0));
      const double error = each.weight * (p - (each.is_unknown ? 1 : 0));
      const double curvature = each.weight * p * (1 - p);
      for (std::size_t i = 0; i < kTerms; ++i) {
        gradient[i] += error * terms[i];
        for (std::size_t j = 0; j <= i; ++j) {
          hessian[i][j] += curvature * terms[i] * terms[j];
        }
      }
    }
    const Terms change = solve(hessian, gradient);
    double largest = 0;
    for (std::size_t i = 0; i < kTerms; ++i) {
      fitted[i] -= change[i];
      largest = std::max(largest, std::abs(change[i]));
    }
    if (largest < kPrecision) break;
  }
  UnknownModel model;
  model.is_fitted = true;
  model.bias = fitted[kColumns];
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (scaling.is_constant(i)) continue;
    model.weights.values[i] = fitted[i] / scaling.deviation[i];
    model.bias -= model.weights.values[i] * scaling.mean[i];
  }
  return model;
}

// The score that a share of the weight exceeds, for each step of the shares.
void find_thresholds(std::vector<std::pair<double, double>> weighted_scores,
                     UnknownModel::Thresholds& thresholds) {
  std::ranges::sort(weighted_scores, std::greater<>());
  double total = 0;
  for (const auto& [score, weight] : weighted_scores) total += weight;
  std::size_t at = 0;
  double above = 0;
  for (std::size_t step = 0; step < thresholds.size(); ++step) {
    const double allowed =
        UnknownModel::kStep * static_cast<double>(step + 1) * total;
    while (at < weighted_scores.size() &&
           above + weighted_scores[at].second <= allowed) {
      above += weighted_scores[at++].second;
    }
    thresholds[step] =
        at < weighted_scores.size() ? weighted_scores[at].first : 0;
  }
}

template <typename Value>
std::vector<Value> select(std::span<const Value> all,
                          std::span<const std::uint32_t> rows) {
  std::vector<Value> some;
  some.reserve(rows.size());
  for (const std::uint32_t row : rows) some.push_back(all[row]);
  return some;
}

// Fits without thresholds.
UnknownModel fit_scores(std::span<const AppId> labels,
                        std::span<const UnknownColumns> known,
                        std::span<const UnknownColumns> left_out) {
  const AppWeights weights(labels);
  std::vector<Example> all;
  all.reserve(2 * labels.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    all.push_back({&known[row], false, weights.of_row[row]});
    all.push_back({&left_out[row], true, weights.of_row[row]});
  }
  // Chosen on group-a, group-b and iot (docs/accuracy.md). Few apps are weak
  // evidence of how other apps look.
  const double ridge = 1 / weights.apps;
  UnknownModel model = regress(all, ridge);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      model.typical.values[i] += weights.of_row[row] * known[row].values[i];
    }
  }
  return model;
}

}  // namespace

LeftOutGroups::LeftOutGroups(const Dataset& data) {
  const auto flows = data.flows_per_app();
  std::vector<std::uint32_t> group_of(flows.size());
  std::size_t apps = 0;
  for (std::size_t app = 0; app < flows.size(); ++app) {
    group_of[app] = static_cast<std::uint32_t>(apps % kMaxGroups);
    if (flows[app] > 0) ++apps;
  }
  apps_left_ = apps - (apps + kMaxGroups - 1) / kMaxGroups;
  for (const AppId app : data.labels) of_rows_.push_back(group_of[app]);
}

UnknownModel fit_unknown(const Dataset& data, const UnknownExamples& examples,
                         std::span<const std::uint32_t> fold_of) {
  const std::span<const AppId> labels = data.labels;
  const std::span<const UnknownColumns> known = examples.known;
  const std::span<const UnknownColumns> left_out = examples.left_out;
  UnknownModel model = fit_scores(labels, known, left_out);
  std::vector<double> scores(data.rows());
  for_each_fold(fold_of, [&](const FoldRows& rows, std::uint32_t) {
    const UnknownModel of_others =
        fit_scores(select(labels, rows.train), select(known, rows.train),
                   select(left_out, rows.train));
    for (const std::uint32_t row : rows.test) {
      scores[row] = of_others.score(known[row]);
    }
  });
  set_thresholds(data, scores, model);
  // The models of the folds differ a little, so rows with equal columns may
  // score a little less there. They must not all exceed the threshold.
  for (std::size_t row = 0; row < data.rows(); ++row) {
    scores[row] = model.score(known[row]);
  }
  UnknownModel own = model;
  set_thresholds(data, scores, own);
  for (std::size_t i = 0; i < model.thresholds.size(); ++i) {
    model.thresholds[i] = std::max(model.thresholds[i], own.thresholds[i]);
  }
  return model;
}

void set_thresholds(const Dataset& data, std::span<const double> scores,
                    UnknownModel& model) {
  const AppWeights weights(data.labels);
  std::vector<std::pair<double, double>> by_flow;
  std::vector<std::pair<double, double>> by_app;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    by_flow.emplace_back(scores[row], 1);
    by_app.emplace_back(scores[row], weights.of_row[row]);
  }
  find_thresholds(std::move(by_flow), model.thresholds);
  UnknownModel::Thresholds of_apps;
  find_thresholds(std::move(by_app), of_apps);
  for (std::size_t i = 0; i < of_apps.size(); ++i) {
    model.thresholds[i] = std::max(model.thresholds[i], of_apps[i]);
  }
}

}  // namespace flowtell
