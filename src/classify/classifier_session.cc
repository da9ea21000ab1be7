// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier_session.h"

#include <algorithm>

namespace flowtell {

ClassifierSession::ClassifierSession(Classifier classifier)
    : classifier_(std::move(classifier)),
      apps_(classifier_.model().apps.size()),
      shape_scorer_(classifier_.model(), classifier_.forest(),
                    classifier_.other_forest()),
      name_scorer_(classifier_.model().names, apps_),
      measurer_(classifier_.features()),
      device_filter_(classifier_.kinds(), apps_),
      unknown_scorer_(classifier_.kinds(), apps_, apps_) {}

void ClassifierSession::begin_capture() {
  device_filter_ = DeviceFilter(classifier_.kinds(), apps_);
  unknown_scorer_ = UnknownScorer(classifier_.kinds(), apps_, apps_);
}

void ClassifierSession::begin_burst() {
  is_over_ = false;
  rows_.clear();
  shape_.clear();
  name_.clear();
  name_evidence_.clear();
  name_scorer_.begin_burst();
}

void ClassifierSession::add(const Flow& flow) {
  if (is_over_) begin_burst();
  if (shape_.empty()) {
    device_ = flow.device;
    first_ = flow.first;
    last_ = flow.last;
  }
  first_ = std::min(first_, flow.first);
  last_ = std::max(last_, flow.last);

  const std::size_t at = shape_.size();
  shape_.resize(at + apps_);
  name_.resize(at + apps_);
  const EvidenceKinds& kinds = classifier_.kinds();
  if (kinds.shape) measurer_.append_row(flow, rows_);
  name_evidence_.emplace_back();
  if (kinds.name) {
    name_evidence_.back() =
        name_scorer_.score(flow.name.evidence(), std::span(name_).subspan(at));
  }
}

ScoredBurst ClassifierSession::scored_burst() {
  if (classifier_.kinds().shape) {
    unlike_.resize(name_evidence_.size());
    other_.resize(name_evidence_.size());
    shape_scorer_.score(rows_, shape_, unlike_, other_);
  }
  return burst();
}

ScoredBurst ClassifierSession::burst() const {
  return {.device = device_,
          .first = first_,
          .last = last_,
          .scores = {shape_, name_, name_evidence_, unlike_, other_},
          .weights = classifier_.weights()};
}

std::vector<ClassifierSession::Classification> ClassifierSession::end_burst() {
  std::vector<Classification> all;
  if (is_over_ || shape_.empty()) return all;
  probabilities_.resize(shape_.size());
  const ScoredBurst burst = scored_burst();
  device_filter_.classify(burst, probabilities_);
  unknown_ = unknown_scorer_.measure(burst);
  for (std::size_t flow = 0; flow < unknown_.size(); ++flow) {
    all.push_back(classification(flow));
  }
  is_over_ = true;
  return all;
}

ClassifierSession::BurstEvidence ClassifierSession::evidence() const {
  return {rows_,
          burst(),
          unknown_,
          unknown_scorer_.session(),
          device_filter_.prior(),
          device_filter_.silence(),
          device_filter_.two_apps(),
          probabilities_};
}

ClassifierSession::Classification ClassifierSession::classify_early(
    const Flow& flow) {
  begin_burst();
  add(flow);
  probabilities_.resize(apps_);
  const ScoredBurst burst = scored_burst();
  // Rows are compared with those of training flows, and the row of a cut flow
  // equals none of them, whichever app it is of.
  if (flow.is_cut) std::ranges::fill(unlike_, std::uint8_t{0});
  device_filter_.classify_early(burst, probabilities_);
  unknown_ = unknown_scorer_.measure_early(burst);
  begin_burst();
  return classification(0);
}

ClassifierSession::Classification ClassifierSession::classification(
    std::size_t flow) const {
  const auto row =
      std::span<const double>(probabilities_).subspan(flow * apps_, apps_);
  const double unknown_score =
      classifier_.weights().unknown.score(unknown_[flow]);
  return {reach_verdict(row, unknown_score, classifier_.limits()), row,
          unknown_scorer_.session().flows};
}

}  // namespace flowtell
