// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation_json.h"

#include "base/text.h"
#include "features/statistics.h"
#include "report/quantity.h"

namespace flowtell {
namespace {

// null without a score: 0 would be one.
Json number_if(bool has_score, double number) {
  return has_score ? Json(number) : Json();
}

Json apps_json(const Evaluation& evaluation) {
  Json apps = Json::array();
  for (const AppScore& app : evaluation.apps) {
    const bool has_score = app.flows > 0;
    apps.push_back({{"app", app.app},
                    {"flows", app.flows},
                    {"recall", number_if(has_score, app.recall)},
                    {"precision", number_if(has_score, app.precision)},
                    {"correct", number_if(has_score, app.correct)},
                    {"unknown", number_if(has_score, app.unknown)}});
  }
  return apps;
}

Json reliability_json(const Reliability& reliability) {
  Json bins = Json::array();
  for (const Reliability::Bin& bin : reliability.bins) {
    bins.push_back({{"flows", bin.flows},
                    {"confidence", bin.confidence},
                    {"right", bin.right}});
  }
  return bins;
}

Json risk_coverage_json(const RiskCoverage& curve) {
  Json points = Json::array();
  for (const RiskCoverage::Point& point : curve.points) {
    points.push_back({{"floor", point.floor},
                      {"coverage", point.coverage},
                      {"risk", point.risk}});
  }
  return {{"area", curve.area}, {"points", points}};
}

Json evidence_use_json(const EvidenceUse& use) {
  Json sources;
  for (std::size_t i = 0; i < use.by_name_source.size(); ++i) {
    const auto source = static_cast<NameSource>(i);
    sources[std::string(name_source_name(source))] = use.by_name_source[i];
  }
  return {{"flows", use.flows},
          {"named", use.named()},
          {"name_in_training", use.name_known},
          {"name_sources", sources},
          {"device_context", use.device_known}};
}

Json timeline_json(const TimelineScore& timeline) {
  return {
      {"repeats", timeline.repeats},
      {"accuracy", timeline.mean.accuracy},
      {"balanced_accuracy", timeline.mean.balanced_accuracy},
      {"accuracy_spread", timeline.spread.accuracy},
      {"balanced_accuracy_spread", timeline.spread.balanced_accuracy},
  };
}

Json mixed_json(const MixedScore& mixed) {
  const auto json = [](const Score& score, double as_other_app) -> Json {
    return {{"accuracy", score.accuracy},
            {"balanced_accuracy", score.balanced_accuracy},
            {"as_other_app", as_other_app}};
  };
  Json all = json(mixed.mixed, mixed.as_other_app);
  all["repeats"] = mixed.repeats;
  all["alone"] = json(mixed.alone, mixed.alone_as_other);
  return all;
}

Json interval_json(const Interval& interval) {
  return {
      {"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}};
}

Json repeats_json(const RepeatedScore& repeats) {
  Json scores = Json::array();
  for (const Score& score : repeats.runs) {
    scores.push_back({{"accuracy", score.accuracy},
                      {"balanced_accuracy", score.balanced_accuracy}});
  }
  return {{"runs", scores},
          {"accuracy", interval_json(repeats.accuracy)},
          {"balanced_accuracy", interval_json(repeats.balanced_accuracy)}};
}

// `auroc` and `detection`, by flow; and by session in `sessions`.
Json separation_json(const Separation& separation) {
  Json detection;
  for (std::size_t i = 0; i < kFalseUnknownRates.size(); ++i) {
    detection[std::string(kFalseUnknownRates[i].key)] = separation.detection[i];
  }
  return {{"auroc", separation.auroc}, {"detection", detection}};
}

template <typename Score>
Json open_set_part_json(const Score& score) {
  Json all = separation_json(score.by_flow);
  all["sessions"] = separation_json(score.by_session);
  all["unknown"] = score.unknown;
  all["others_unknown"] = score.others_unknown;
  all["others_correct"] = score.others_correct;
  return all;
}

Json open_set_json(const OpenSetScore& score) {
  Json all = open_set_part_json(score);
  all["apps"] = Json::array();
  for (const OpenSetApp& app : score.apps) {
    Json one = {{"app", app.app}, {"flows", app.flows}};
    one.update(open_set_part_json(app));
    one["sessions"]["count"] = app.sessions;
    all["apps"].push_back(one);
  }
  return all;
}

Json ambiguity_json(const AmbiguityScore& score) {
  return {{"groups", score.groups},
          {"flows", score.flows},
          {"right", score.right},
          {"accuracy_of_rest", score.accuracy_of_rest}};
}

Json preset_json(const PresetScore& score, std::uint64_t flows) {
  return {{"name", score.name},
          {"flows_seen", score.flows_seen},
          {"coverage_of_seen", ratio(score.named, score.flows_seen)},
          {"coverage", ratio(score.named, flows)},
          {"accuracy_of_named", score.accuracy_of_named},
          {"ambiguous", ratio(score.ambiguous, flows)},
          {"accuracy_of_unambiguous", score.right_of_unambiguous}};
}

}  // namespace

Json evaluation_object(const Evaluation& evaluation,
                       const EvaluationSetting& setting) {
  const auto number = [has_score = evaluation.has_score()](double value) {
    return number_if(has_score, value);
  };
  Json all = {
      {"captures", evaluation.captures},
      {"flows", evaluation.flows},
      {"features", setting.features},
      {"evidence", split(setting.evidence, ',')},
      {"learner", setting.learner},
      {"split", setting.split},
      {"folds", setting.folds},
      {"seed", setting.seed},
      {"unknown_rule", setting.rule.text()},
      {"accuracy", number(evaluation.accuracy)},
      {"balanced_accuracy", number(evaluation.balanced_accuracy)},
      {"correct", number(evaluation.correct)},
      {"unknown", number(evaluation.unknown)},
      {"coverage", number(evaluation.coverage)},
      {"selective_risk", number(evaluation.selective_risk)},
      {"expected_calibration_error",
       number(evaluation.reliability.expected_calibration_error)},
      {"apps", apps_json(evaluation)},
      {"untested_apps", evaluation.untested},
      {"zero_recall_apps", evaluation.zero_recall_apps()},
      {"confusion", evaluation.confusion},
      {"reliability", reliability_json(evaluation.reliability)},
      {"risk_coverage", risk_coverage_json(evaluation.risk_coverage)},
  };
  if (evaluation.evidence_use) {
    all["evidence_use"] = evidence_use_json(*evaluation.evidence_use);
  }
  if (evaluation.timeline)
    all["timeline"] = timeline_json(*evaluation.timeline);
  if (evaluation.mixed) all["mixed"] = mixed_json(*evaluation.mixed);
  if (evaluation.repeats) all["repeats"] = repeats_json(*evaluation.repeats);
  if (evaluation.open_set) {
    all["open_set"] = open_set_json(*evaluation.open_set);
  }
  if (evaluation.ambiguity) {
    all["ambiguity"] = ambiguity_json(*evaluation.ambiguity);
  }
  if (evaluation.preset) {
    all["preset"] = preset_json(*evaluation.preset, evaluation.flows);
  }
  return all;
}

std::string evaluation_json(const Evaluation& evaluation,
                            const EvaluationSetting& setting) {
  return json_text(evaluation_object(evaluation, setting), 2) + '\n';
}

}  // namespace flowtell
