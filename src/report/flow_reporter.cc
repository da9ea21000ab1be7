// SPDX-License-Identifier: Apache-2.0
#include "report/flow_reporter.h"

#include "report/anonymised.h"

namespace flowtell {

FlowReporter::FlowReporter(const FeatureList& features,
                           std::optional<NamingClassifier> classifier,
                           std::vector<FlowListener*> listeners)
    : features_(features),
      classifier_(classifier),
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
  if (classifier_) classifier_->classifier->begin_capture();
}

void FlowReporter::take(const Flow& flow) {
  const InStage in(stages_, Stage::kMeasure);
  measure(flow);
  if (!classifier_) {
    tell({flow, **origin_, measured_, std::nullopt, false});
    return;
  }
  classifier_->classifier->add(flow);
  wait(flow);
}

void FlowReporter::take_early(const Flow& flow) {
  measure(flow);
  std::optional<NamedVerdict> verdict;
  if (classifier_)
    verdict = name(classifier_->classifier->classify_early(flow).verdict, flow);
  tell({flow, **origin_, measured_, verdict, true});
}

void FlowReporter::end_burst() {
  if (classifier_) {
    const InStage in(stages_, Stage::kClassify);
    const auto judged = classifier_->classifier->end_burst();
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
  if (!verdict.is_unknown) named.app = (*classifier_->apps)[verdict.best];
  named.confidence = verdict.confidence;
  if (classifier_->model == nullptr) return named;
  const AmbiguousGroup* group = classifier_->model->ambiguity.find(
      flow.name.server, flow.protocol, flow.remote_port,
      classifier_->model->names);
  if (group == nullptr) return named;
  for (const AppId app : group->apps) {
    named.shared_by.emplace_back((*classifier_->apps)[app]);
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
