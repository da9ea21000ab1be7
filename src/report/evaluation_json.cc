// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "report/evaluation.h"
#include "report/json.h"

namespace flowtell {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::string evaluation_json(const Evaluation& evaluation,
                            const EvaluationSetting& setting) {
  Json apps = Json::array();
  for (const AppScore& app : evaluation.apps) {
    apps.push_back({{"app", app.app},
                    {"flows", app.flows},
                    {"recall", app.recall},
                    {"precision", app.precision},
                    {"correct", app.correct},
                    {"unknown", app.unknown}});
  }
  Json all = {
      {"captures", evaluation.captures},
      {"flows", evaluation.flows},
      {"features", setting.features},
      {"evidence", split(setting.evidence, ',')},
      {"split", setting.split},
      {"folds", setting.folds},
      {"seed", setting.seed},
      {"unknown_rule", setting.rule.text()},
      {"accuracy", evaluation.accuracy},
      {"balanced_accuracy", evaluation.balanced_accuracy},
      {"correct", evaluation.correct},
      {"unknown", evaluation.unknown},
      {"coverage", evaluation.coverage},
      {"error_named", evaluation.error_named},
      {"calibration_error", evaluation.calibration_error},
      {"apps", apps},
      {"confusion", evaluation.confusion},
  };
  if (const auto& timeline = evaluation.timeline) {
    all["timeline"] = {
        {"repeats", timeline->repeats},
        {"accuracy", timeline->mean.accuracy},
        {"balanced_accuracy", timeline->mean.balanced_accuracy},
        {"accuracy_spread", timeline->spread.accuracy},
        {"balanced_accuracy_spread", timeline->spread.balanced_accuracy},
    };
  }
  if (const auto& left_out = evaluation.left_out) {
    Json by_app = Json::array();
    for (const LeftOutApp& app : left_out->apps) {
      by_app.push_back({{"app", app.app},
                        {"flows", app.flows},
                        {"unknown", app.unknown},
                        {"others_unknown", app.others_unknown},
                        {"others_correct", app.others_correct},
                        {"unknown_at_tenth", app.unknown_at_tenth}});
    }
    all["leave_app_out"] = {
        {"unknown", left_out->unknown},
        {"others_unknown", left_out->others_unknown},
        {"others_correct", left_out->others_correct},
        {"unknown_at_tenth", left_out->unknown_at_tenth},
        {"apps", by_app},
    };
  }
  if (const auto& ambiguity = evaluation.ambiguity) {
    all["ambiguity"] = {{"groups", ambiguity->groups},
                        {"flows", ambiguity->flows},
                        {"right", ambiguity->right},
                        {"right_of_rest", ambiguity->right_of_rest}};
  }
  if (const auto& preset = evaluation.preset) {
    all["preset"] = {
        {"name", preset->name},
        {"flows_met", preset->flows_met},
        {"coverage_of_met", share(preset->named, preset->flows_met)},
        {"coverage", share(preset->named, evaluation.flows)},
        {"right_of_named", preset->right_of_named},
        {"ambiguous", share(preset->ambiguous, evaluation.flows)},
        {"right_of_unambiguous", preset->right_of_unambiguous},
    };
  }
  return json_text(all, 2) + '\n';
}

}  // namespace flowtell
