// SPDX-License-Identifier: Apache-2.0
#include "learn/candidate.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "learn/row_classifier.h"

namespace flowtell {
namespace {

std::vector<AppId> reported_apps(const Model& model, const Dataset& data,
                                 const VerdictOptions& options) {
  const EvidenceWeights& weights = model.weights[index_of(options.kinds)];
  const RowWeights same{{weights}, {}};
  const DatasetScores scores = score(scorers_of(model), data, 1);
  const Probabilities posterior =
      classify_captures(data, scores, same, options.kinds);
  const auto unknown = score_unknown(data, scores, same, options.kinds);
  const VerdictLimits limits = options.rule.limits(weights);
  std::vector<AppId> apps;
  apps.reserve(data.rows());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    apps.push_back(
        reach_verdict(posterior.row(row), unknown[row], limits).reported());
  }
  return apps;
}

std::string name_of(AppId app, const Model& model) {
  return app == kUnknownApp ? std::string(kUnknownName) : model.apps[app];
}

void compare(const Model& model, std::span<const AppId> old_apps,
             std::span<const AppId> new_apps, CandidateSummary& summary) {
  std::map<std::pair<AppId, AppId>, std::uint64_t> changes;
  for (std::size_t i = 0; i < old_apps.size(); ++i) {
    if (old_apps[i] == new_apps[i]) continue;
    ++changes[{old_apps[i], new_apps[i]}];
    ++summary.changed;
  }
  for (const auto& [apps, flows] : changes) {
    summary.changes.push_back(
        {name_of(apps.first, model), name_of(apps.second, model), flows});
  }
  std::ranges::stable_sort(summary.changes, std::greater<>(),
                           &VerdictChange::flows);
  summary.changes.resize(
      std::min(summary.changes.size(), CandidateSummary::kMaxChanges));
}

}  // namespace

std::uint64_t CandidateSummary::sessions() const {
  std::uint64_t sum = 0;
  for (const AppSessions& app : apps) sum += app.sessions;
  return sum;
}

double CandidateSummary::changed_share() const {
  return flows > 0 ? static_cast<double>(changed) / static_cast<double>(flows)
                   : 0;
}

Result<Candidate> make_candidate(const Model& model, const Dataset& recent,
                                 const VerdictOptions& options) {
  std::size_t sure = 0;
  for (const SiteSession& session : label_sessions(model, recent)) {
    if (session.is_used) ++sure;
  }
  if (sure < kMinCandidateSessions) {
    return fail(ErrorKind::kNoData,
                "the recent {} have {} whose server names speak for one app, "
                "of {} needed",
                counted(recent.rows(), "flow"), counted(sure, "session"),
                kMinCandidateSessions);
  }
  TrainOptions training = options_of(model);
  training.with_score = false;
  training.shape.threads = 1;
  const Dataset none = [&] {
    Dataset empty = recent.select({});
    empty.captures.clear();
    return empty;
  }();
  auto adapted = adapt(model, recent, none, training);
  if (!adapted) return fail(std::move(adapted).error());
  Candidate candidate;
  CandidateSummary& summary = candidate.summary;
  summary.flows = recent.rows();
  summary.apps.reserve(model.apps.size());
  for (const std::string& app : model.apps) summary.apps.push_back({app, 0});
  for (const SiteSession& session : adapted->sessions) {
    if (session.is_used) ++summary.apps[session.app].sessions;
  }
  for (const RowFacts& facts : recent.facts) {
    summary.made = std::max(summary.made, facts.last);
  }
  compare(model, reported_apps(model, recent, options),
          reported_apps(adapted->model, recent, options), summary);
  candidate.model = std::move(adapted->model);
  return candidate;
}

}  // namespace flowtell
