// SPDX-License-Identifier: Apache-2.0
#include "explain/evidence_tracer.h"

#include <algorithm>
#include <numeric>

namespace flowtell {
namespace {

// Those of kEvidenceKinds that lack some of `kinds` and have nothing else;
// those with more kinds first.
std::vector<EvidenceKinds> fewer_than(const EvidenceKinds& kinds) {
  const auto is_part = [&](const EvidenceKinds& some) {
    return some != kinds && (!some.shape || kinds.shape) &&
           (!some.name || kinds.name) && (!some.time || kinds.time);
  };
  std::vector<EvidenceKinds> fewer;
  for (auto at = kEvidenceKinds.rbegin(); at != kEvidenceKinds.rend(); ++at) {
    if (is_part(*at)) fewer.push_back(*at);
  }
  return fewer;
}

// How many flows of the burst share this one's name, itself included.
std::size_t sharing(const BurstScores& scores, std::size_t flow) {
  return static_cast<std::size_t>(std::ranges::count(
      scores.words, scores.words[flow].number, &NameEvidence::number));
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
  flow_.name.alpn = {};
}

Flow KeptFlow::reported() const {
  Flow reported = flow_;
  reported.name.server = server_;
  return reported;
}

Result<EvidenceTracer> EvidenceTracer::make(const Model& model,
                                            EvidenceKinds kinds,
                                            UnknownRule rule,
                                            Listener listener) {
  EvidenceTracer inquiry(model.apps.size(), kinds, std::move(listener));
  inquiry.fewer_ = fewer_than(kinds);
  std::vector<EvidenceKinds> all = {kinds};
  all.insert(all.end(), inquiry.fewer_.begin(), inquiry.fewer_.end());
  for (const EvidenceKinds& some : all) {
    auto classifier = ClassifierSession::make(model, some, rule);
    if (!classifier) return fail(std::move(classifier).error());
    inquiry.sessions_.push_back(std::move(*classifier));
  }
  return inquiry;
}

void EvidenceTracer::begin_capture(const FlowMeter& meter, std::string path) {
  meter_ = &meter;
  capture_ = std::move(path);
  for (ClassifierSession& classifier : sessions_) classifier.begin_capture();
}

void EvidenceTracer::take(const Flow& flow) {
  for (ClassifierSession& classifier : sessions_) classifier.add(flow);
  waiting_.emplace_back(flow);
}

void EvidenceTracer::end_burst() {
  const auto judged = sessions_.front().end_burst();
  std::vector<std::vector<ClassifierSession::Classification>> by_fewer;
  by_fewer.reserve(fewer_.size());
  for (std::size_t i = 0; i < fewer_.size(); ++i) {
    by_fewer.push_back(sessions_[i + 1].end_burst());
  }
  const ClassifierSession::BurstEvidence evidence =
      sessions_.front().evidence();
  const std::size_t flows = judged.size();
  own_.resize(flows * apps_);
  combine_alone(kinds_, apps_, evidence.scores, evidence.weights, own_);
  const std::span<const double> burst = own_;
  for (std::size_t i = 0; i < flows; ++i) {
    std::vector<Verdict> fewer;
    fewer.reserve(by_fewer.size());
    for (const auto& verdicts : by_fewer) fewer.push_back(verdicts[i].verdict);
    TracedFlow reported;
    reported.number = ++flows_;
    reported.capture = &capture_;
    reported.flow = &waiting_[i];
    reported.origin = *meter_->origin();
    reported.verdict = judged[i].verdict;
    reported.probabilities = judged[i].probabilities;
    if (kinds_.shape) {
      reported.features = row_of(evidence.features, i, flows);
      reported.shape = row_of(evidence.scores.shape, i, flows);
    }
    if (kinds_.name) reported.name = row_of(evidence.scores.name, i, flows);
    reported.weights = evidence.weights;
    if (kinds_.time) reported.sharing = sharing(evidence.scores, i);
    reported.own = row_of(burst, i, flows);
    std::vector<double> others;
    if (kinds_.time)
      others = score_of_others(reported.probabilities, reported.own);
    reported.others = others;
    reported.belief = evidence.belief;
    reported.silence = evidence.silence;
    reported.burst = burst;
    reported.place = i;
    reported.fewer = fewer;
    listener_(reported);
  }
  waiting_.clear();
}

std::vector<double> EvidenceTracer::score_of_others(
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
  DeviceFilter::Burst burst{};
  burst.scores = scores;
  burst.weights = weights;
  DeviceFilter(kinds, apps).classify_alone(burst, out);
  for (std::size_t at = 0; at < out.size(); at += apps) {
    const auto row = out.subspan(at, apps);
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (double& probability : row) probability /= sum;
  }
}

}  // namespace flowtell
