// SPDX-License-Identifier: Apache-2.0
//
// The contents of a model as text and as JSON.
#pragma once

#include <string>

#include "evaluate/drift.h"
#include "model/model.h"

namespace flowtell {

std::string model_text(const Model& model);

// One JSON object; docs/formats.md lists the keys. The drift may be null.
std::string model_json(const Model& model, const Drift* drift = nullptr);

}  // namespace flowtell
