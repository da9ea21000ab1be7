// SPDX-License-Identifier: Apache-2.0
#include "predict/inquiry.h"

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
std::size_t sharing(const Testimony& testimony, std::size_t flow) {
  return static_cast<std::size_t>(std::ranges::count(
      testimony.words, testimony.words[flow].number, &NameWord::number));
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

Flow KeptFlow::told() const {
  Flow told = flow_;
  told.name.server = server_;
  return told;
}

Result<Inquiry> Inquiry::make(const Model& model, EvidenceKinds kinds,
                              UnknownRule rule, Listener listener) {
  Inquiry inquiry(model.apps.size(), kinds, std::move(listener));
  inquiry.fewer_ = fewer_than(kinds);
  std::vector<EvidenceKinds> all = {kinds};
  all.insert(all.end(), inquiry.fewer_.begin(), inquiry.fewer_.end());
  for (const EvidenceKinds& some : all) {
    auto judge = Judge::make(model, some, rule);
    if (!judge) return fail(std::move(judge).error());
    inquiry.judges_.push_back(std::move(*judge));
  }
  return inquiry;
}

void Inquiry::begin_capture(const FlowMeter& meter, std::string path) {
  meter_ = &meter;
  capture_ = std::move(path);
  for (Judge& judge : judges_) judge.begin_capture();
}

void Inquiry::take(const Flow& flow) {
  for (Judge& judge : judges_) judge.hear(flow);
  waiting_.emplace_back(flow);
}

void Inquiry::end_burst() {
  const auto judged = judges_.front().end_burst();
  std::vector<std::vector<Judge::Judged>> by_fewer;
  by_fewer.reserve(fewer_.size());
  for (std::size_t i = 0; i < fewer_.size(); ++i) {
    by_fewer.push_back(judges_[i + 1].end_burst());
  }
  const Judge::Grounds grounds = judges_.front().grounds();
  const std::size_t flows = judged.size();
  own_.resize(flows * apps_);
  weigh_alone(kinds_, apps_, grounds.testimony, grounds.weights, own_);
  const std::span<const double> burst = own_;
  for (std::size_t i = 0; i < flows; ++i) {
    std::vector<Verdict> fewer;
    fewer.reserve(by_fewer.size());
    for (const auto& verdicts : by_fewer) fewer.push_back(verdicts[i].verdict);
    JudgedFlow told;
    told.number = ++flows_;
    told.capture = &capture_;
    told.flow = &waiting_[i];
    told.origin = *meter_->origin();
    told.verdict = judged[i].verdict;
    told.probabilities = judged[i].probabilities;
    if (kinds_.shape) {
      told.features = row_of(grounds.features, i, flows);
      told.shape = row_of(grounds.testimony.shape, i, flows);
    }
    if (kinds_.name) told.name = row_of(grounds.testimony.name, i, flows);
    told.weights = grounds.weights;
    if (kinds_.time) told.sharing = sharing(grounds.testimony, i);
    told.own = row_of(burst, i, flows);
    std::vector<double> others;
    if (kinds_.time) others = others_say(told.probabilities, told.own);
    told.others = others;
    told.belief = grounds.belief;
    told.silence = grounds.silence;
    told.burst = burst;
    told.place = i;
    told.fewer = fewer;
    listener_(told);
  }
  waiting_.clear();
}

std::vector<double> Inquiry::others_say(std::span<const double> probabilities,
                                        std::span<const double> own) const {
  std::vector<double> others(apps_);
  for (std::size_t app = 0; app < apps_; ++app) {
    others[app] = probabilities[app] / own[app];
  }
  const double sum = std::accumulate(others.begin(), others.end(), 0.0);
  for (double& probability : others) probability /= sum;
  return others;
}

void weigh_alone(EvidenceKinds kinds, std::size_t apps,
                 const Testimony& testimony, const EvidenceWeights& weights,
                 std::span<double> out) {
  BurstJudge::Burst burst{};
  burst.testimony = testimony;
  burst.weights = weights;
  BurstJudge(kinds, apps).judge_alone(burst, out);
  for (std::size_t at = 0; at < out.size(); at += apps) {
    const auto row = out.subspan(at, apps);
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (double& probability : row) probability /= sum;
  }
}

}  // namespace flowtell
