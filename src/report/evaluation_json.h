// SPDX-License-Identifier: Apache-2.0
//
// An evaluation as a JSON object, to embed in a larger document.
#pragma once

#include "report/evaluation.h"
#include "report/json.h"

namespace flowtell {

// docs/formats.md lists the keys.
Json evaluation_object(const Evaluation& evaluation,
                       const EvaluationSetting& setting);

}  // namespace flowtell
