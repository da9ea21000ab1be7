// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "report/evaluation.h"
#include "report/json.h"

namespace flowtell {

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
  return json_text(all, 2) + '\n';
}

}  // namespace flowtell
