// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier_session.h"

#include <algorithm>

namespace flowtell {

Result<ClassifierSession> ClassifierSession::make(const Model& model,
                                                  EvidenceKinds kinds,
                                                  UnknownRule rule) {
  auto features = model.features();
  if (!features) return fail(std::move(features).error());
  return ClassifierSession(model, std::move(*features), kinds, rule);
}

ClassifierSession::ClassifierSession(const Model& model, FeatureList features,
                                     EvidenceKinds kinds, UnknownRule rule)
    : kinds_(kinds),
      weights_(model.weights[place_of(kinds)]),
      rule_(rule.settled(weights_)),
      apps_(model.apps.size()),
      shape_scorer_(model),
      name_scorer_(model.names, apps_),
      features_(std::move(features)),
      device_filter_(kinds, apps_),
      measured_(features_.width()) {}

void ClassifierSession::begin_capture() {
  device_filter_ = DeviceFilter(kinds_, apps_);
}

void ClassifierSession::begin_burst() {
  is_over_ = false;
  rows_.clear();
  shape_.clear();
  name_.clear();
  words_.clear();
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
  if (kinds_.shape) measure(flow);
  words_.emplace_back();
  if (kinds_.name) {
    words_.back() =
        name_scorer_.score(flow.name.server, std::span(name_).subspan(at));
  }
}

void ClassifierSession::measure(const Flow& flow) {
  series_.assign(flow);
  features_.measure(series_, measured_);
  for (const double value : measured_) {
    rows_.push_back(static_cast<float>(value));
  }
}

DeviceFilter::Burst ClassifierSession::burst() {
  if (kinds_.shape) shape_scorer_.score(rows_, shape_);
  return {device_, first_, last_, {shape_, name_, words_}, weights_};
}

std::vector<ClassifierSession::Classification> ClassifierSession::end_burst() {
  std::vector<Classification> all;
  if (is_over_ || shape_.empty()) return all;
  probabilities_.resize(shape_.size());
  device_filter_.classify(burst(), probabilities_);
  for (std::size_t at = 0; at < probabilities_.size(); at += apps_) {
    const auto row = std::span<const double>(probabilities_).subspan(at, apps_);
    all.push_back({reach_verdict(row, rule_), row});
  }
  is_over_ = true;
  return all;
}

ClassifierSession::BurstEvidence ClassifierSession::evidence() const {
  return {rows_,
          {shape_, name_, words_},
          weights_,
          device_filter_.belief(),
          device_filter_.silence()};
}

ClassifierSession::Classification ClassifierSession::classify_early(
    const Flow& flow) {
  begin_burst();
  add(flow);
  probabilities_.resize(apps_);
  device_filter_.classify_early(burst(), probabilities_);
  begin_burst();
  return {reach_verdict(probabilities_, rule_), probabilities_};
}

}  // namespace flowtell
