// SPDX-License-Identifier: Apache-2.0
#include "predict/judge.h"

#include <algorithm>

namespace flowtell {

Result<Judge> Judge::make(const Model& model, EvidenceKinds kinds,
                          UnknownRule rule) {
  auto features = model.features();
  if (!features) return fail(std::move(features).error());
  return Judge(model, std::move(*features), kinds, rule);
}

Judge::Judge(const Model& model, FeatureList features, EvidenceKinds kinds,
             UnknownRule rule)
    : kinds_(kinds),
      weights_(model.weights[place_of(kinds)]),
      rule_(rule.settled(weights_)),
      apps_(model.apps.size()),
      shape_witness_(model),
      name_witness_(model.names, apps_),
      features_(std::move(features)),
      burst_judge_(kinds, apps_),
      measured_(features_.width()) {}

void Judge::begin_capture() { burst_judge_ = BurstJudge(kinds_, apps_); }

void Judge::begin_burst() {
  is_over_ = false;
  rows_.clear();
  shape_.clear();
  name_.clear();
  words_.clear();
  name_witness_.begin_burst();
}

void Judge::hear(const Flow& flow) {
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
        name_witness_.judge(flow.name.server, std::span(name_).subspan(at));
  }
}

void Judge::measure(const Flow& flow) {
  series_.assign(flow);
  features_.measure(series_, measured_);
  for (const double value : measured_) {
    rows_.push_back(static_cast<float>(value));
  }
}

BurstJudge::Burst Judge::burst() {
  if (kinds_.shape) shape_witness_.judge(rows_, shape_);
  return {device_, first_, last_, {shape_, name_, words_}, weights_};
}

std::vector<Judge::Judged> Judge::end_burst() {
  std::vector<Judged> all;
  if (is_over_ || shape_.empty()) return all;
  probabilities_.resize(shape_.size());
  burst_judge_.judge(burst(), probabilities_);
  for (std::size_t at = 0; at < probabilities_.size(); at += apps_) {
    const auto row = std::span<const double>(probabilities_).subspan(at, apps_);
    all.push_back({reach_verdict(row, rule_), row});
  }
  is_over_ = true;
  return all;
}

Judge::Grounds Judge::grounds() const {
  return {rows_,
          {shape_, name_, words_},
          weights_,
          burst_judge_.belief(),
          burst_judge_.silence()};
}

Judge::Judged Judge::judge_early(const Flow& flow) {
  begin_burst();
  hear(flow);
  probabilities_.resize(apps_);
  burst_judge_.judge_early(burst(), probabilities_);
  begin_burst();
  return {reach_verdict(probabilities_, rule_), probabilities_};
}

}  // namespace flowtell
