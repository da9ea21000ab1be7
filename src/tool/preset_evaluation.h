// SPDX-License-Identifier: Apache-2.0
//
// `evaluate --preset`: the method of a paper, learned and judged as the paper
// has it (learn/relabelling.h), on the flows that it looks at.
#pragma once

#include <string>

#include "learn/preset.h"
#include "report/evaluation_text.h"

namespace flowtell {

struct PresetWork {
  const Preset& preset;
  const Dataset& learned;
  const Dataset* tested = nullptr;  // none: cross-validated
  CrossValidationOptions options;
  // As named on the command line; the folds are filled in.
  EvaluationSetting& setting;
};

// Fails where no flow is within the preset's limits, or all belong to one fold.
Result<Evaluation> evaluate_by_preset(const PresetWork& work);

}  // namespace flowtell
