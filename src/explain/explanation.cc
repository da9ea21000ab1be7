// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "flow/flow.h"

namespace flowtell {
namespace {

constexpr std::size_t kNeighbours = 5;

std::vector<double> copy_of(std::span<const double> values) {
  return {values.begin(), values.end()};
}

NameRecord name_record(const NameTable& names, std::string_view server) {
  NameRecord record;
  if (server.empty()) return record;
  for (const std::string& key : name_keys(server)) {
    const auto at = names.counts().find(key);
    if (at == names.counts().end()) continue;
    NameRecord::Key entry{key, {}};
    for (const float count : at->second) {
      entry.capture_share.push_back(static_cast<double>(count) /
                                    NameTable::kCaptures);
    }
    record.keys.insert(record.keys.begin(), std::move(entry));
  }
  return record;
}

// Flows with equal shares for all apps count for none.
BurstSummary burst_summary(const TracedFlow& flow, std::size_t apps) {
  constexpr double kMinExcess = 1e-9;
  BurstSummary rest{flow.burst.size() / apps - 1,
                    std::vector<std::size_t>(apps)};
  for (std::size_t i = 0; i <= rest.flows; ++i) {
    if (i == flow.place) continue;
    const auto own = flow.burst.subspan(i * apps, apps);
    const auto best = std::max_element(own.begin(), own.end());
    const bool counts = *best > 1 / static_cast<double>(apps) + kMinExcess;
    if (counts)
      ++rest.flows_by_app[static_cast<std::size_t>(best - own.begin())];
  }
  return rest;
}

// Classifies the flow again with changed scores; all other evidence stays the
// same.
class Reclassifier {
 public:
  Reclassifier(const FlowExplanation& flow, std::size_t apps)
      : flow_(flow), apps_(apps) {}

  std::pair<AppId, double> with_shape(std::span<const double> shape) const {
    return classify({shape, flow_.name, kEvidence});
  }
  std::pair<AppId, double> with_name(std::span<const double> name) const {
    return classify({flow_.shape, name, kEvidence});
  }

 private:
  static constexpr std::array<NameEvidence, 1> kEvidence{};

  std::pair<AppId, double> classify(const BurstScores& scores) const {
    std::vector<double> own(apps_);
    EvidenceWeights weights = flow_.weights;
    weights.name /= static_cast<double>(flow_.sharing);
    combine_alone(flow_.kinds, apps_, scores, weights, own);
    double sum = 0;
    for (std::size_t app = 0; app < apps_; ++app) {
      if (!flow_.others.empty()) own[app] *= flow_.others[app];
      sum += own[app];
    }
    const AppId best = first_two(own).first;
    return {best, own[best] / sum};
  }

  const FlowExplanation& flow_;
  std::size_t apps_;
};

void explain_shape(const Model& model, FlowExplanation& result) {
  const Forest& forest = model.forest;
  result.forest_first = first_two(result.shape).first;
  result.rival = result.forest_first == result.verdict.best
                     ? result.runner_up
                     : result.verdict.best;
  result.attribution = attribute(forest, result.features);
  result.neighbours =
      nearest_examples(forest, result.features, model.examples, kNeighbours);
  const Reclassifier reclassifier(result, forest.apps);
  std::vector<float> row = result.features;
  std::vector<double> shape(forest.apps);
  for (const Counterfactual& point :
       find_counterfactuals(forest, result.features, result.rival)) {
    row[point.column] = point.value;
    forest.predict(row, shape);
    row[point.column] = result.features[point.column];
    const auto [verdict, probability] = reclassifier.with_shape(shape);
    result.shape_changes.push_back(
        {point, result.rival, shape[result.rival], verdict, probability});
  }
}

// The name in the table that favours `app` most.
std::string name_for(const NameTable& names, AppId app, std::size_t apps) {
  std::string best;
  double highest = 1 / static_cast<double>(apps);
  std::vector<double> scores(apps);
  for (const auto& [key, counts] : names.counts()) {
    if (key.starts_with('.')) continue;
    names.score(key, scores);
    if (scores[app] <= highest) continue;
    highest = scores[app];
    best = key;
  }
  return best;
}

void explain_name(const Model& model, FlowExplanation& result) {
  const std::string_view server = result.flow.to_flow().name.evidence();
  result.name_record = name_record(model.names, server);
  const std::size_t apps = model.apps.size();
  const Reclassifier reclassifier(result, apps);
  std::vector<double> scores(apps);
  const auto apply = [&](std::string name) {
    model.names.score(name, scores);
    const auto [verdict, probability] = reclassifier.with_name(scores);
    result.name_changes.push_back({std::move(name), verdict, probability});
  };
  apply("");
  std::string other = name_for(model.names, result.runner_up, apps);
  if (!other.empty() && other != folded_name(server)) apply(std::move(other));
}

}  // namespace

std::pair<AppId, AppId> first_two(std::span<const double> probabilities) {
  const auto begin = probabilities.begin();
  const auto best = std::max_element(begin, probabilities.end());
  auto second = best;
  for (auto at = begin; at != probabilities.end(); ++at) {
    if (at != best && (second == best || *at > *second)) second = at;
  }
  return {static_cast<AppId>(best - begin), static_cast<AppId>(second - begin)};
}

FlowExplanation explain_flow(const Model& model, const EvidenceTracer& tracer,
                             EvidenceKinds kinds, const TracedFlow& flow) {
  FlowExplanation result;
  result.number = flow.number;
  result.capture = *flow.capture;
  result.flow = *flow.flow;
  result.origin = flow.origin;
  result.kinds = kinds;
  result.weights = flow.weights;
  result.verdict = flow.verdict;
  result.runner_up = first_two(flow.probabilities).second;
  result.unknown = flow.unknown;
  result.session = flow.session;
  result.limits = flow.limits;
  result.sharing = flow.sharing;
  result.probabilities = copy_of(flow.probabilities);
  result.shape = copy_of(flow.shape);
  result.name = copy_of(flow.name);
  result.own = copy_of(flow.own);
  result.others = copy_of(flow.others);
  result.prior = copy_of(flow.prior);
  result.silence = flow.silence;
  result.two_apps = flow.two_apps;
  result.burst = burst_summary(flow, model.apps.size());
  for (std::size_t i = 0; i < flow.fewer.size(); ++i) {
    result.fewer.push_back({tracer.fewer()[i], flow.fewer[i]});
  }
  result.features.assign(flow.features.begin(), flow.features.end());
  if (kinds.shape && !model.svm) explain_shape(model, result);
  if (kinds.name) explain_name(model, result);
  return result;
}

KeptFlow anonymised(const KeptFlow& flow, Anonymiser& anonymiser) {
  return KeptFlow(anonymised(flow.to_flow(), anonymiser));
}

void anonymise(FlowExplanation& flow, Anonymiser& anonymiser) {
  flow.capture = anonymiser.capture(flow.capture);
  flow.flow = anonymised(flow.flow, anonymiser);
  for (NameRecord::Key& key : flow.name_record.keys) {
    key.key = anonymiser.name(key.key);
  }
  for (NameChange& change : flow.name_changes) {
    change.name = anonymiser.name(change.name);
  }
}

}  // namespace flowtell
