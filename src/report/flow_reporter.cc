// SPDX-License-Identifier: Apache-2.0
#include "report/flow_reporter.h"

namespace flowtell {

FlowReporter::FlowReporter(const FeatureList& features,
                           std::optional<NamingJudge> judge,
                           std::vector<FlowListener*> listeners)
    : features_(features),
      judge_(judge),
      listeners_(std::move(listeners)),
      measured_(features.width()) {}

FlowReporter::Waiting::Waiting(const Flow& ended, std::vector<double> measured)
    : flow(ended),
      server(ended.name.server),
      alpn(ended.name.alpn),
      features(std::move(measured)) {}

Flow FlowReporter::Waiting::told() const {
  Flow told = flow;
  told.packets = {};
  told.name.server = server;
  told.name.alpn = alpn;
  return told;
}

void FlowReporter::begin_capture(const FlowMeter& meter) {
  meter_ = &meter;
  if (judge_) judge_->judge->begin_capture();
}

void FlowReporter::take(const Flow& flow) {
  measure(flow);
  if (!judge_) {
    tell({flow, *meter_->origin(), measured_, std::nullopt, false});
    return;
  }
  judge_->judge->hear(flow);
  waiting_.emplace_back(flow, measured_);
}

void FlowReporter::take_early(const Flow& flow) {
  measure(flow);
  std::optional<NamedVerdict> verdict;
  if (judge_) verdict = name(judge_->judge->judge_early(flow).verdict, flow);
  tell({flow, *meter_->origin(), measured_, verdict, true});
}

void FlowReporter::end_burst() {
  if (judge_) {
    const auto judged = judge_->judge->end_burst();
    for (std::size_t i = 0; i < judged.size(); ++i) {
      const Flow flow = waiting_[i].told();
      tell({flow, *meter_->origin(), waiting_[i].features,
            name(judged[i].verdict, flow), false});
    }
    waiting_.clear();
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
  for (FlowListener* listener : listeners_) listener->take(report);
}

}  // namespace flowtell
