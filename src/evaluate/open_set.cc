// SPDX-License-Identifier: Apache-2.0
#include "evaluate/open_set.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "evaluate/evaluation.h"
#include "learn/sessions.h"

namespace flowtell {
namespace {

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

Dataset others_than(const Dataset& data, AppId app) {
  Dataset others = data.select(rows_where(data, false, app));
  remove_app(app, others);
  return others;
}

OpenSetApp leave_out(const Dataset& data, AppId app,
                     const CrossValidationOptions& options, EvidenceKinds kinds,
                     const UnknownRule& rule) {
  const Dataset others = others_than(data, app);
  Dataset own = data.select(rows_where(data, true, app));
  remove_app(app, own);
  const HeldOutScores of_others = score_cross_validated(others, options, kinds);
  const HeldOutScores of_own = score_test_set(others, own, options, kinds);
  const RowVerdicts others_found =
      reach_verdicts(others, of_others, kinds, rule);
  const RowVerdicts own_found = reach_verdicts(own, of_own, kinds, rule);
  const Evaluation evaluation = evaluate(others, others_found);

  OpenSetApp score;
  score.app = data.apps[app];
  score.flows = own.rows();
  score.others_unknown = evaluation.unknown;
  score.others_correct = evaluation.correct;
  score.unknown = static_cast<double>(std::ranges::count_if(
                      own_found.verdicts, &Verdict::is_unknown)) /
                  static_cast<double>(own.rows());
  const auto known_scores = unknown_scores(others_found);
  const auto own_scores = unknown_scores(own_found);
  score.by_flow = separate(known_scores, own_scores);
  const auto own_sessions = session_means(own, own_scores);
  score.sessions = own_sessions.size();
  score.by_session =
      separate(session_means(others, known_scores), own_sessions);
  return score;
}

template <typename Value>
double mean_of(const std::vector<OpenSetApp>& apps, Value&& value) {
  double sum = 0;
  for (const OpenSetApp& app : apps) sum += std::invoke(value, app);
  return sum / static_cast<double>(apps.size());
}

Separation mean_of(const std::vector<OpenSetApp>& apps,
                   Separation OpenSetApp::*part) {
  Separation mean;
  mean.auroc =
      mean_of(apps, [&](const OpenSetApp& app) { return (app.*part).auroc; });
  for (std::size_t i = 0; i < mean.detection.size(); ++i) {
    mean.detection[i] = mean_of(
        apps, [&](const OpenSetApp& app) { return (app.*part).detection[i]; });
  }
  return mean;
}

}  // namespace

Separation separate(std::vector<double> known, std::vector<double> unknown) {
  std::ranges::sort(known);
  std::ranges::sort(unknown);
  const auto known_count = static_cast<double>(known.size());
  const auto unknown_count = static_cast<double>(unknown.size());
  Separation result;
  // The share of pairs in which the unknown one scores higher; equal ones count
  // half.
  for (const double score : unknown) {
    const auto [low, high] =
        std::equal_range(known.begin(), known.end(), score);
    result.auroc += static_cast<double>(low - known.begin()) +
                    static_cast<double>(high - low) / 2;
  }
  result.auroc /= known_count * unknown_count;
  for (std::size_t i = 0; i < kFalseUnknownRates.size(); ++i) {
    // Scores above the limit are unknown.
    const auto allowed =
        static_cast<std::size_t>(kFalseUnknownRates[i].share * known_count);
    const double limit = known[known.size() - 1 - allowed];
    result.detection[i] =
        static_cast<double>(unknown.end() -
                            std::ranges::upper_bound(unknown, limit)) /
        unknown_count;
  }
  return result;
}

std::vector<double> session_means(const Dataset& data,
                                  const std::vector<double>& scores) {
  std::vector<double> means;
  for (const auto& session : find_sessions(data)) {
    double sum = 0;
    for (const std::uint32_t row : session) sum += scores[row];
    means.push_back(sum / static_cast<double>(session.size()));
  }
  return means;
}

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

OpenSetScore leave_apps_out(const Dataset& data,
                            const CrossValidationOptions& options,
                            EvidenceKinds kinds, const UnknownRule& rule,
                            const StepReport& progress) {
  OpenSetScore score;
  const auto flows = data.flows_per_app();
  const std::size_t apps = data.apps_with_flows();
  CrossValidationOptions quiet = options;
  quiet.forest.progress = {};
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] == 0) continue;
    if (progress) progress("leaving apps out", score.apps.size(), apps);
    score.apps.push_back(
        leave_out(data, static_cast<AppId>(app), quiet, kinds, rule));
  }
  score.by_flow = mean_of(score.apps, &OpenSetApp::by_flow);
  score.by_session = mean_of(score.apps, &OpenSetApp::by_session);
  score.unknown = mean_of(score.apps, &OpenSetApp::unknown);
  score.others_unknown = mean_of(score.apps, &OpenSetApp::others_unknown);
  score.others_correct = mean_of(score.apps, &OpenSetApp::others_correct);
  return score;
}

}  // namespace flowtell
