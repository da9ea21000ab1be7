// SPDX-License-Identifier: Apache-2.0
#include "evaluate/left_out_score.h"

#include <algorithm>

#include "classify/verdict.h"
#include "evaluate/evaluation.h"

namespace flowtell {
namespace {

constexpr double kCost = 0.1;  // share of the others' flows unknown

std::vector<std::uint32_t> rows_where(const Dataset& data, bool is_own,
                                      AppId app) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    if ((data.labels[row] == app) == is_own) rows.push_back(row);
  }
  return rows;
}

// Removes the app from the dataset. Its own rows and captures get the first
// other app as their label, which is not used.
void remove_app(AppId app, Dataset& data) {
  data.apps.erase(data.apps.begin() + app);
  const auto renumber = [&](AppId& id) {
    if (id == app) id = 0;
    if (id > app) --id;
  };
  for (AppId& label : data.labels) renumber(label);
  for (CaptureRecord& capture : data.captures) renumber(capture.app);
}

// The `q` quantile of the rows' confidences.
double confidence_quantile(const Probabilities& all, std::size_t rows,
                           double q) {
  std::vector<double> found;
  for (std::size_t row = 0; row < rows; ++row) {
    found.push_back(reach_verdict(all.row(row), {}).confidence);
  }
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(rows));
  std::nth_element(found.begin(), found.begin() + at, found.end());
  return found[static_cast<std::size_t>(at)];
}

Dataset others_than(const Dataset& data, AppId app) {
  Dataset others = data.select(rows_where(data, false, app));
  remove_app(app, others);
  return others;
}

LeftOutApp leave_out(const Dataset& data, AppId app,
                     const CrossValidationOptions& options, EvidenceKinds kinds,
                     const UnknownRule& rule) {
  const Dataset others = others_than(data, app);
  Dataset own = data.select(rows_where(data, true, app));
  remove_app(app, own);
  const HeldOutScores of_others = score_cross_validated(others, options, kinds);
  const HeldOutScores of_own = score_test_set(others, own, options, kinds);
  const auto others_predicted =
      classify_captures(others, of_others.scores, of_others.weights, kinds);
  const auto own_predicted =
      classify_captures(own, of_own.scores, of_own.weights, kinds);
  const Evaluation evaluation =
      evaluate(others, others_predicted, rule, of_others.weights);

  LeftOutApp score;
  score.app = data.apps[app];
  score.flows = own.rows();
  score.others_unknown = evaluation.unknown;
  score.others_correct = evaluation.correct;
  const double min_confidence =
      confidence_quantile(others_predicted, others.rows(), kCost);
  for (std::size_t row = 0; row < own.rows(); ++row) {
    const Verdict verdict = reach_verdict(
        own_predicted.row(row), rule.resolved(of_own.weights.of(row)));
    if (verdict.is_unknown) ++score.unknown;
    if (verdict.confidence < min_confidence) ++score.unknown_at_tenth;
  }
  score.unknown /= static_cast<double>(own.rows());
  score.unknown_at_tenth /= static_cast<double>(own.rows());
  return score;
}

double mean_of(const std::vector<LeftOutApp>& apps, double LeftOutApp::*value) {
  double sum = 0;
  for (const LeftOutApp& app : apps) sum += app.*value;
  return sum / static_cast<double>(apps.size());
}

}  // namespace

std::optional<std::string> app_required_for_folds(
    const Dataset& data, const CrossValidationOptions& options) {
  const auto flows = data.flows_per_app();
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] == 0) continue;
    const Dataset others = others_than(data, static_cast<AppId>(app));
    if (count_folds(assign_folds(others, options)) < 2) return data.apps[app];
  }
  return std::nullopt;
}

LeftOutScore leave_apps_out(const Dataset& data,
                            const CrossValidationOptions& options,
                            EvidenceKinds kinds, const UnknownRule& rule) {
  LeftOutScore score;
  const auto flows = data.flows_per_app();
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] == 0) continue;
    score.apps.push_back(
        leave_out(data, static_cast<AppId>(app), options, kinds, rule));
  }
  score.unknown = mean_of(score.apps, &LeftOutApp::unknown);
  score.others_unknown = mean_of(score.apps, &LeftOutApp::others_unknown);
  score.others_correct = mean_of(score.apps, &LeftOutApp::others_correct);
  score.unknown_at_tenth = mean_of(score.apps, &LeftOutApp::unknown_at_tenth);
  return score;
}

}  // namespace flowtell
