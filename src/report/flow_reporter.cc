// SPDX-License-Identifier: Apache-2.0
#include "report/flow_reporter.h"

#include "report/anonymised.h"

namespace flowtell {

FlowReporter::FlowReporter(const FeatureList& features,
                           std::optional<NamingJudge> judge,
                           std::vector<FlowListener*> listeners)
    : features_(features),
      judge_(judge),
      listeners_(std::move(listeners)),
      measured_(features.width()) {}

void FlowReporter::wait(Flow flow) {
  flow.packets = {};
  waiting_.add(flow);
  features_waiting_.insert(features_waiting_.end(), measured_.begin(),
                           measured_.end());
}

void FlowReporter::begin_capture(const std::optional<Timestamp>& origin) {
  origin_ = &origin;
  if (judge_) judge_->judge->begin_capture();
}

void FlowReporter::take(const Flow& flow) {
  const InStage in(stages_, Stage::kMeasure);
  measure(flow);
  if (!judge_) {
    tell({flow, **origin_, measured_, std::nullopt, false});
    return;
  }
  judge_->judge->hear(flow);
  wait(flow);
}

void FlowReporter::take_early(const Flow& flow) {
  measure(flow);
  std::optional<NamedVerdict> verdict;
  if (judge_) verdict = name(judge_->judge->judge_early(flow).verdict, flow);
  tell({flow, **origin_, measured_, verdict, true});
}

void FlowReporter::end_burst() {
  if (judge_) {
    const InStage in(stages_, Stage::kJudge);
    const auto judged = judge_->judge->end_burst();
    for (std::size_t i = 0; i < judged.size(); ++i) {
      const Flow flow = waiting_[i];
      const auto features =
          std::span(features_waiting_)
              .subspan(i * measured_.size(), measured_.size());
      tell({flow, **origin_, features, name(judged[i].verdict, flow), false});
    }
    waiting_.clear();
    features_waiting_.clear();
  }
  for (FlowListener* listener : listeners_) listener->end_burst();
}

void FlowReporter::measure(const Flow& flow) {
  if (features_.width() == 0) return;
  series_.assign(flow);
  features_.measure(series_, measured_);
}

NamedVerdict FlowReporter::name(const Verdict& verdict,
                                const Flow& flow) const {
  NamedVerdict named;
  named.app = kUnknownName;
  if (!verdict.is_unknown) named.app = (*judge_->apps)[verdict.best];
  named.confidence = verdict.confidence;
  if (judge_->model == nullptr) return named;
  const AmbiguousGroup* group = judge_->model->ambiguity.find(
      flow.name.server, flow.protocol, flow.remote_port, judge_->model->names);
  if (group == nullptr) return named;
  for (const AppId app : group->apps) {
    named.shared_by.emplace_back((*judge_->apps)[app]);
  }
  return named;
}

void FlowReporter::tell(const FlowReport& report) {
  const InStage in(stages_, Stage::kReport);
  if (!anonymiser_) return tell_all(report);
  const Flow flow = anonymised(report.flow, *anonymiser_);
  tell_all(
      {flow, report.origin, report.features, report.verdict, report.is_early});
}

void FlowReporter::tell_all(const FlowReport& report) {
  for (FlowListener* listener : listeners_) listener->take(report);
}

}  // namespace flowtell
