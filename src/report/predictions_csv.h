// SPDX-License-Identifier: Apache-2.0
//
// Every prediction of an evaluation as CSV, one line per flow of the tested
// data (docs/formats.md).
#pragma once

#include <string>

#include "evaluate/evaluation_run.h"

namespace flowtell {

// REQUIRES: `run` is of this data.
std::string predictions_csv(const Dataset& tested, const EvaluationRun& run);

}  // namespace flowtell
