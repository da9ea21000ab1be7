// SPDX-License-Identifier: Apache-2.0
//
// The drift of traffic from a model's training flows, as text and as JSON.
#pragma once

#include <string>

#include "evaluate/drift.h"
#include "report/json.h"

namespace flowtell {

// The columns by falling excess, the names, and whether the model fits.
// `model`: its path, for the remedy.
std::string drift_text(const Drift& drift, const std::string& model);

// The key `drift` of `model --json`; docs/formats.md lists the keys.
Json drift_json(const Drift& drift);

}  // namespace flowtell
