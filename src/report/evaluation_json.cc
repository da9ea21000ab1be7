// SPDX-License-Identifier: Apache-2.0
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
  const Json all = {
      {"captures", evaluation.captures},
      {"flows", evaluation.flows},
      {"features", setting.features},
      {"evidence", {"shape"}},
      {"split", setting.split},
      {"folds", setting.folds},
      {"seed", setting.seed},
      {"unknown_rule", setting.rule.text()},
      {"accuracy", evaluation.accuracy},
      {"balanced_accuracy", evaluation.balanced_accuracy},
      {"correct", evaluation.correct},
      {"unknown", evaluation.unknown},
      {"coverage", evaluation.coverage},
      {"apps", apps},
      {"confusion", evaluation.confusion},
  };
  return json_text(all, 2) + '\n';
}

}  // namespace flowtell
