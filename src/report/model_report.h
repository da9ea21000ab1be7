// SPDX-License-Identifier: Apache-2.0
//
// What is in a model, for people and as JSON.
#pragma once

#include <string>

#include "model/model.h"

namespace flowtell {

std::string model_text(const Model& model);

// One JSON object; docs/formats.md tells its keys.
std::string model_json(const Model& model);

}  // namespace flowtell
