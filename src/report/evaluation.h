// SPDX-License-Identifier: Apache-2.0
//
// An evaluation as text for the terminal, as JSON and as HTML.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/app_features.h"
#include "evaluate/device_day.h"
#include "evaluate/evaluation.h"

namespace flowtell {

// How an evaluation was made, as shown in its report.
struct EvaluationSetting {
  std::string captures;  // as named on the command line
  std::string tested;    // the test captures; empty: cross-validated
  std::vector<std::string> features;
  std::string evidence = "shape";
  std::string learner = "forest";  // or "svm"
  std::string split;               // "by-capture", …, or "other-captures"
  std::size_t folds = 0;
  UnknownRule rule;
  std::uint64_t seed = 0;
};

// A table per app with averages, the worst confusions, and how the captures
// were split.
std::string evaluation_text(const Evaluation& evaluation,
                            const EvaluationSetting& setting);

// One JSON object; docs/formats.md lists the keys.
std::string evaluation_json(const Evaluation& evaluation,
                            const EvaluationSetting& setting);

// An HTML page: tables, a confusion heat map, curves and a timeline of one
// device. Its numbers equal those of evaluation_json.
struct EvaluationPage {
  const Evaluation& evaluation;
  const EvaluationSetting& setting;
  DeviceDay day;
  std::vector<AppFeature> features;
};

std::string evaluation_html(const EvaluationPage& page);

}  // namespace flowtell
