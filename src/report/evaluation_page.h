// SPDX-License-Identifier: Apache-2.0
//
// An evaluation as an HTML page: tables, a confusion heat map, curves and a
// timeline of one device. Its numbers equal those of evaluation_json.
#pragma once

#include <string>

#include "evaluate/app_features.h"
#include "evaluate/device_day.h"
#include "report/evaluation_text.h"

namespace flowtell {

struct EvaluationPage {
  const Evaluation& evaluation;
  const EvaluationSetting& setting;
  DeviceDay day;
  std::vector<AppFeature> features;
};

std::string evaluation_html(const EvaluationPage& page);

}  // namespace flowtell
