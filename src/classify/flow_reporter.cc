// SPDX-License-Identifier: Apache-2.0
#include "classify/flow_reporter.h"

#include <utility>

#include "flow/flow.h"

namespace flowtell {

FlowReporter::FlowReporter(FeatureList features, std::optional<Naming> naming,
                           std::vector<FlowReportSink*> sinks)
    : naming_(naming),
      sinks_(std::move(sinks)),
      measurer_(std::move(features)) {}

void FlowReporter::hold(Flow flow) {
  flow.packets = {};
  held_flows_.add(flow);
  held_features_.insert(held_features_.end(), measured_.begin(),
                        measured_.end());
}

void FlowReporter::begin_capture(const std::optional<Timestamp>& origin) {
  origin_ = &origin;
  if (naming_) naming_->session->begin_capture();
}

void FlowReporter::take(const Flow& flow) {
  const StageScope in(stages_, Stage::kFeatures);
  measure(flow);
  if (!naming_) {
    report({.flow = flow,
            .origin = **origin_,
            .features = measured_,
            .verdict = std::nullopt});
    return;
  }
  naming_->session->add(flow);
  hold(flow);
}

void FlowReporter::take_early(const Flow& flow) {
  measure(flow);
  std::optional<NamedVerdict> verdict;
  if (naming_) {
    verdict = name(naming_->session->classify_early(flow), flow);
  }
  report({.flow = flow,
          .origin = **origin_,
          .features = measured_,
          .verdict = std::move(verdict),
          .is_early = true});
}

void FlowReporter::end_burst() {
  if (naming_) {
    const StageScope in(stages_, Stage::kClassify);
    const auto results = naming_->session->end_burst();
    for (std::size_t i = 0; i < results.size(); ++i) {
      const Flow flow = held_flows_[i];
      const auto features =
          std::span(held_features_)
              .subspan(i * measured_.size(), measured_.size());
      NamedVerdict verdict = name(results[i], flow);
      if (naming_->gives_reasons) {
        verdict.reason = find_reason(*naming_->session, i, results[i].verdict);
      }
      report({.flow = flow,
              .origin = **origin_,
              .features = features,
              .verdict = std::move(verdict)});
    }
    held_flows_.clear();
    held_features_.clear();
  }
  for (FlowReportSink* sink : sinks_) sink->end_burst();
}

void FlowReporter::measure(const Flow& flow) {
  if (measurer_.features().width() > 0) measured_ = measurer_.measure(flow);
}

NamedVerdict FlowReporter::name(const ClassifierSession::Classification& result,
                                const Flow& flow) const {
  const Verdict& verdict = result.verdict;
  const Model& model = naming_->session->classifier().model();
  NamedVerdict named;
  named.app = kUnknownName;
  if (!verdict.is_unknown) named.app = model.apps[verdict.best];
  named.confidence = verdict.confidence;
  named.unknown_score = verdict.unknown_score;
  named.session_flows = result.session_flows;
  named.probabilities = result.probabilities;
  named.apps = model.apps;
  if (!naming_->marks_ambiguous) return named;
  const AmbiguousGroup* group = model.ambiguity.find(
      flow.name.evidence(), flow.protocol, flow.remote_port, model.names);
  if (group == nullptr) return named;
  for (const AppId app : group->apps) {
    named.shared_by.emplace_back(model.apps[app]);
  }
  return named;
}

void FlowReporter::report(FlowReport flow_report) {
  const StageScope in(stages_, Stage::kReport);
  if (services_ != nullptr) {
    flow_report.service = services_->of(flow_report.flow);
  }
  if (!anonymiser_) return pass_on(flow_report);
  const Flow flow = anonymised(flow_report.flow, *anonymiser_);
  pass_on({.flow = flow,
           .origin = flow_report.origin,
           .features = flow_report.features,
           .verdict = flow_report.verdict,
           .is_early = flow_report.is_early,
           .service = flow_report.service});
}

void FlowReporter::pass_on(const FlowReport& flow_report) {
  for (FlowReportSink* sink : sinks_) sink->take(flow_report);
}

}  // namespace flowtell
