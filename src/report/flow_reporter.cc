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

void FlowReporter::report(const Flow& flow, bool is_early) {
  if (features_.width() > 0) {
    series_.assign(flow);
    features_.measure(series_, measured_);
  }
  std::optional<NamedVerdict> named;
  if (judge_) {
    const Verdict verdict = judge_->judge->judge(flow).verdict;
    named = {verdict.is_unknown
                 ? kUnknownName
                 : std::string_view((*judge_->apps)[verdict.best]),
             verdict.confidence};
  }
  const FlowReport report{flow, *meter_->origin(), measured_, named, is_early};
  for (FlowListener* listener : listeners_) listener->take(report);
}

void FlowReporter::end_burst() {
  for (FlowListener* listener : listeners_) listener->end_burst();
}

}  // namespace flowtell
