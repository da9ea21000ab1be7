// SPDX-License-Identifier: Apache-2.0
//
// The body of a model file: its sections, each written and read by a pair of
// functions that stand side by side (model_sections.cc).
#pragma once

#include <string>

#include "base/bytes.h"
#include "model/model.h"

namespace flowtell {

std::string encode_sections(const Model& model);

// Fails with a few words on what is wrong, such as "a tree names a node
// outside itself".
Result<Model> decode_sections(Bytes body);

}  // namespace flowtell
