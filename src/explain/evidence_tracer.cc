// SPDX-License-Identifier: Apache-2.0
#include "explain/evidence_tracer.h"

#include <algorithm>
#include <numeric>

namespace flowtell {
namespace {

// The entries of kEvidenceKinds that lack some of `kinds` and have no others;
// most kinds first.
std::vector<EvidenceKinds> fewer_than(const EvidenceKinds& kinds) {
  const auto is_part = [&](const EvidenceKinds& part) {
    return part != kinds && (!part.shape || kinds.shape) &&
           (!part.name || kinds.name) && (!part.time || kinds.time);
  };
  std::vector<EvidenceKinds> fewer;
  for (auto at = kEvidenceKinds.rbegin(); at != kEvidenceKinds.rend(); ++at) {
    if (is_part(*at)) fewer.push_back(*at);
  }
  return fewer;
}

// The number of flows of the burst with this one's name, itself included.
std::size_t sharing(const BurstScores& scores, std::size_t flow) {
  return static_cast<std::size_t>(std::ranges::count(
      scores.names, scores.names[flow].key, &NameEvidence::key));
}

template <typename T>
std::span<const T> row_of(std::span<const T> rows, std::size_t row,
                          std::size_t flows) {
  const std::size_t width = rows.size() / flows;
  return rows.subspan(row * width, width);
}

}  // namespace

KeptFlow::KeptFlow(const Flow& flow) : flow_(flow), server_(flow.name.server) {
  flow_.packets = {};
  flow_.name.server = {};
  flow_.name.hello = {};
  flow_.device_name = {};
}

Flow KeptFlow::to_flow() const {
  Flow flow = flow_;
  flow.name.server = server_;
  return flow;
}

EvidenceTracer::EvidenceTracer(Classifier classifier, Listener listener)
    : session_(std::move(classifier)),
      kinds_(session_.classifier().kinds()),
      apps_(session_.classifier().model().apps.size()),
      listener_(std::move(listener)),
      fewer_(fewer_than(kinds_)) {
  for (const EvidenceKinds& kinds : fewer_) {
    filters_.push_back(
        {.classifier = session_.classifier().with_evidence(kinds),
         .filter = DeviceFilter(kinds, apps_),
         .unknown_scorer = UnknownScorer(kinds, apps_, apps_),
         .verdicts = {}});
  }
}

void EvidenceTracer::begin_capture(const FlowMeter& meter, std::string path) {
  meter_ = &meter;
  capture_ = std::move(path);
  session_.begin_capture();
  for (Fewer& fewer : filters_) {
    fewer.filter = DeviceFilter(fewer.classifier.kinds(), apps_);
    fewer.unknown_scorer =
        UnknownScorer(fewer.classifier.kinds(), apps_, apps_);
  }
}

void EvidenceTracer::take(const Flow& flow) {
  session_.add(flow);
  waiting_.emplace_back(flow);
}

void EvidenceTracer::classify_with_fewer(const ScoredBurst& burst) {
  std::vector<double> probabilities(burst.scores.names.size() * apps_);
  for (Fewer& fewer : filters_) {
    const EvidenceWeights& weights = fewer.classifier.weights();
    const ScoredBurst weighted{.device = burst.device,
                               .first = burst.first,
                               .last = burst.last,
                               .scores = burst.scores,
                               .weights = weights};
    fewer.filter.classify(weighted, probabilities);
    const auto unknown = fewer.unknown_scorer.measure(weighted);
    fewer.verdicts.clear();
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      fewer.verdicts.push_back(reach_verdict(
          std::span<const double>(probabilities).subspan(i * apps_, apps_),
          weights.unknown.score(unknown[i]), fewer.classifier.limits()));
    }
  }
}

void EvidenceTracer::end_burst() {
  const auto classified = session_.end_burst();
  if (classified.empty()) return;
  const ClassifierSession::BurstEvidence evidence = session_.evidence();
  classify_with_fewer(evidence.burst);
  const BurstScores& scores = evidence.burst.scores;
  const std::size_t flows = classified.size();
  own_.resize(flows * apps_);
  combine_alone(kinds_, apps_, scores, evidence.burst.weights, own_);
  const std::span<const double> burst = own_;
  for (std::size_t i = 0; i < flows; ++i) {
    std::vector<Verdict> fewer;
    fewer.reserve(filters_.size());
    for (const Fewer& each : filters_) fewer.push_back(each.verdicts[i]);
    TracedFlow traced;
    traced.number = ++flows_;
    traced.capture = &capture_;
    traced.flow = &waiting_[i];
    traced.origin = *meter_->origin();
    traced.verdict = classified[i].verdict;
    traced.limits = session_.classifier().limits();
    traced.unknown = evidence.unknown[i];
    traced.session = evidence.session;
    traced.probabilities = classified[i].probabilities;
    if (kinds_.shape) {
      traced.features = row_of(evidence.features, i, flows);
      traced.shape = row_of(scores.shape, i, flows);
    }
    if (kinds_.name) traced.name = row_of(scores.name, i, flows);
    traced.weights = evidence.burst.weights;
    if (kinds_.time) traced.sharing = sharing(scores, i);
    traced.own = row_of(burst, i, flows);
    std::vector<double> others;
    if (kinds_.time) others = other_evidence(traced.probabilities, traced.own);
    traced.others = others;
    traced.prior = evidence.prior;
    traced.silence = evidence.silence;
    traced.two_apps = evidence.two_apps;
    traced.burst = burst;
    traced.place = i;
    traced.fewer = fewer;
    listener_(traced);
  }
  waiting_.clear();
}

std::vector<double> EvidenceTracer::other_evidence(
    std::span<const double> probabilities, std::span<const double> own) const {
  std::vector<double> others(apps_);
  for (std::size_t app = 0; app < apps_; ++app) {
    others[app] = probabilities[app] / own[app];
  }
  const double sum = std::accumulate(others.begin(), others.end(), 0.0);
  for (double& probability : others) probability /= sum;
  return others;
}

void combine_alone(EvidenceKinds kinds, std::size_t apps,
                   const BurstScores& scores, const EvidenceWeights& weights,
                   std::span<double> out) {
  const ScoredBurst burst{.device = {},
                          .first = {},
                          .last = {},
                          .scores = scores,
                          .weights = weights};
  DeviceFilter(kinds, apps).classify_alone(burst, out);
}

}  // namespace flowtell
