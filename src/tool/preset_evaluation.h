// SPDX-License-Identifier: Apache-2.0
//
// `evaluate --preset`: trains and tests a published method as its paper does
// (learn/relabelling.h), on the flows within its limits.
#pragma once

#include <string>

#include "learn/preset.h"
#include "report/evaluation_text.h"

namespace flowtell {

struct PresetWork {
  const Preset& preset;
  const Dataset& training;
  const Dataset* tested = nullptr;  // null: cross-validated
  CrossValidationOptions options;
  // From the command line; `folds` is set here.
  EvaluationSetting& setting;
};

// Fails if no flow is within the preset's limits, or all are in one fold.
Result<Evaluation> evaluate_by_preset(const PresetWork& work);

}  // namespace flowtell
