// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier_session.h"

#include <algorithm>

namespace flowtell {

ClassifierSession::ClassifierSession(Classifier classifier)
    : classifier_(std::move(classifier)),
      apps_(classifier_.model().apps.size()),
      shape_scorer_(classifier_.model(), classifier_.forest()),
      name_scorer_(classifier_.model().names, apps_),
      measurer_(classifier_.features()),
      device_filter_(classifier_.kinds(), apps_) {}

void ClassifierSession::begin_capture() {
  device_filter_ = DeviceFilter(classifier_.kinds(), apps_);
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

DeviceFilter::Burst ClassifierSession::scored_burst() {
  if (classifier_.kinds().shape) shape_scorer_.score(rows_, shape_);
  return burst();
}

DeviceFilter::Burst ClassifierSession::burst() const {
  return {.device = device_,
          .first = first_,
          .last = last_,
          .scores = {shape_, name_, name_evidence_},
          .weights = classifier_.weights()};
}

std::vector<ClassifierSession::Classification> ClassifierSession::end_burst() {
  std::vector<Classification> all;
  if (is_over_ || shape_.empty()) return all;
  probabilities_.resize(shape_.size());
  device_filter_.classify(scored_burst(), probabilities_);
  const UnknownRule rule = classifier_.rule();
  for (std::size_t at = 0; at < probabilities_.size(); at += apps_) {
    const auto row = std::span<const double>(probabilities_).subspan(at, apps_);
    all.push_back({reach_verdict(row, rule), row});
  }
  is_over_ = true;
  return all;
}

ClassifierSession::BurstEvidence ClassifierSession::evidence() const {
  return {rows_, burst(), device_filter_.prior(), device_filter_.silence()};
}

ClassifierSession::Classification ClassifierSession::classify_early(
    const Flow& flow) {
  begin_burst();
  add(flow);
  probabilities_.resize(apps_);
  device_filter_.classify_early(scored_burst(), probabilities_);
  begin_burst();
  return {reach_verdict(probabilities_, classifier_.rule()), probabilities_};
}

}  // namespace flowtell
