// SPDX-License-Identifier: Apache-2.0
//
// The body of a model file: its sections, each written and read by a pair of
// functions that stand side by side (model_sections.cc, and the larger ones in
// knowledge_sections.cc and svm_section.cc).
#pragma once

#include <string>

#include "base/bytes.h"
#include "model/model.h"

namespace flowtell {

std::string encode_sections(const Model& model);

// Fails with a few words on what is wrong, such as "its flow key is unknown".
Result<Model> decode_sections(Bytes body);

}  // namespace flowtell
