// SPDX-License-Identifier: Apache-2.0
//
// The body of a model file: its sections. Each has a writer and a reader, which
// are side by side (model_sections.cc, and for the larger sections
// knowledge_sections.cc and svm_section.cc).
#pragma once

#include <string>

#include "base/bytes.h"
#include "model/model.h"

namespace flowtell {

std::string encode_sections(const Model& model);

// Errors are short phrases, such as "its flow key is unknown".
Result<Model> decode_sections(Bytes body);

}  // namespace flowtell
