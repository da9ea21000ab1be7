// SPDX-License-Identifier: Apache-2.0
//
// An evaluation as a JSON object, for whoever puts it into something larger.
#pragma once

#include "report/evaluation_text.h"
#include "report/json.h"

namespace flowtell {

// docs/formats.md tells its keys.
Json evaluation_object(const Evaluation& evaluation,
                       const EvaluationSetting& setting);

}  // namespace flowtell
