// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace flowtell {
namespace {

constexpr std::size_t kNeighbours = 5;

std::vector<double> copy_of(std::span<const double> values) {
  return {values.begin(), values.end()};
}

NameRecord name_record(const NameTable& names, std::string_view server) {
  NameRecord word;
  if (server.empty()) return word;
  for (const std::string& key : name_keys(server)) {
    const auto at = names.counts().find(key);
    if (at == names.counts().end()) continue;
    NameRecord::Key met{key, {}};
    for (const float count : at->second) {
      met.met.push_back(static_cast<double>(count) / NameTable::kCaptures);
    }
    word.keys.insert(word.keys.begin(), std::move(met));
  }
  return word;
}

// Flows that say nothing, all apps being alike to them, are counted to none.
BurstWord burst_word(const TracedFlow& flow, std::size_t apps) {
  constexpr double kHardlyMore = 1e-9;
  BurstWord word{flow.burst.size() / apps - 1, std::vector<std::size_t>(apps)};
  for (std::size_t i = 0; i <= word.flows; ++i) {
    if (i == flow.place) continue;
    const auto own = flow.burst.subspan(i * apps, apps);
    const auto best = std::max_element(own.begin(), own.end());
    const bool speaks = *best > 1 / static_cast<double>(apps) + kHardlyMore;
    if (speaks) ++word.saying[static_cast<std::size_t>(best - own.begin())];
  }
  return word;
}

// Judges the flow anew as if a witness had said something else of it, all the
// rest being as it was, and any other app as likely.
class Retrial {
 public:
  Retrial(const FlowExplanation& reported, std::size_t apps)
      : told_(reported), apps_(apps) {}

  std::pair<AppId, double> with_shape(std::span<const double> shape) const {
    return judged({shape, told_.name, kWord});
  }
  std::pair<AppId, double> with_name(std::span<const double> name) const {
    return judged({told_.shape, name, kWord});
  }

 private:
  static constexpr std::array<NameEvidence, 1> kWord{};

  std::pair<AppId, double> judged(const BurstScores& scores) const {
    std::vector<double> own(apps_);
    EvidenceWeights weights = told_.weights;
    weights.name /= static_cast<double>(told_.sharing);
    combine_alone(told_.kinds, apps_, scores, weights, own);
    double sum = 0;
    for (std::size_t app = 0; app < apps_; ++app) {
      if (!told_.others.empty()) own[app] *= told_.others[app];
      sum += own[app];
    }
    const AppId best = first_two(own).first;
    return {best, (1 - told_.any_other) * own[best] / sum};
  }

  const FlowExplanation& told_;
  std::size_t apps_;
};

void explain_shape(const Model& model, FlowExplanation& reported) {
  const Forest& forest = model.forest;
  reported.forest_first = first_two(reported.shape).first;
  reported.rival = reported.forest_first == reported.verdict.best
                       ? reported.runner_up
                       : reported.verdict.best;
  reported.attribution = attribute(forest, reported.features);
  reported.neighbours =
      nearest_examples(forest, reported.features, model.examples, kNeighbours);
  const Retrial retrial(reported, forest.apps);
  std::vector<float> row = reported.features;
  std::vector<double> shape(forest.apps);
  for (const Counterfactual& point :
       find_counterfactuals(forest, reported.features, reported.rival)) {
    row[point.column] = point.value;
    forest.predict(row, shape);
    row[point.column] = reported.features[point.column];
    const auto [verdict, probability] = retrial.with_shape(shape);
    reported.shape_changes.push_back(
        {point, reported.rival, shape[reported.rival], verdict, probability});
  }
}

// Of the names in the table the one that makes `app` likeliest.
std::string name_for(const NameTable& names, AppId app, std::size_t apps) {
  std::string best;
  double most = 1 / static_cast<double>(apps);
  std::vector<double> says(apps);
  for (const auto& [key, counts] : names.counts()) {
    if (key.starts_with('.')) continue;
    names.score(key, says);
    if (says[app] <= most) continue;
    most = says[app];
    best = key;
  }
  return best;
}

void explain_name(const Model& model, FlowExplanation& reported) {
  const std::string_view server = reported.flow.reported().name.server;
  reported.name_record = name_record(model.names, server);
  const std::size_t apps = model.apps.size();
  const Retrial retrial(reported, apps);
  std::vector<double> says(apps);
  const auto tried = [&](std::string name) {
    model.names.score(name, says);
    const auto [verdict, probability] = retrial.with_name(says);
    reported.name_changes.push_back({std::move(name), verdict, probability});
  };
  tried("");
  std::string other = name_for(model.names, reported.runner_up, apps);
  if (!other.empty() && other != folded_name(server)) tried(std::move(other));
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

FlowExplanation explain_flow(const Model& model, const EvidenceTracer& inquiry,
                             EvidenceKinds kinds, const TracedFlow& flow) {
  FlowExplanation reported;
  reported.number = flow.number;
  reported.capture = *flow.capture;
  reported.flow = *flow.flow;
  reported.origin = flow.origin;
  reported.kinds = kinds;
  reported.weights = flow.weights;
  reported.verdict = flow.verdict;
  reported.runner_up = first_two(flow.probabilities).second;
  reported.any_other =
      std::max(0.0, 1 - std::accumulate(flow.probabilities.begin(),
                                        flow.probabilities.end(), 0.0));
  reported.sharing = flow.sharing;
  reported.probabilities = copy_of(flow.probabilities);
  reported.shape = copy_of(flow.shape);
  reported.name = copy_of(flow.name);
  reported.own = copy_of(flow.own);
  reported.others = copy_of(flow.others);
  reported.belief = copy_of(flow.belief);
  reported.silence = flow.silence;
  reported.burst = burst_word(flow, model.apps.size());
  for (std::size_t i = 0; i < flow.fewer.size(); ++i) {
    reported.fewer.push_back({inquiry.fewer()[i], flow.fewer[i]});
  }
  reported.features.assign(flow.features.begin(), flow.features.end());
  if (kinds.shape && !model.svm) explain_shape(model, reported);
  if (kinds.name) explain_name(model, reported);
  return reported;
}

}  // namespace flowtell
