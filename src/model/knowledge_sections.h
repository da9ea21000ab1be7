// SPDX-License-Identifier: Apache-2.0
//
// The sections of a model file that hold what is known besides the forest;
// docs/formats.md tells their content. All readers fail as decode_sections
// does. REQUIRES: apps, columns and captures are read.
#pragma once

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "model/model.h"

namespace flowtell {

// How evidence is weighed, and the name table.
void write_evidence(ByteWriter& out, const Model& model);
Result<void> read_evidence(ByteReader& in, Model& model);

// Flows that apps share.
void write_ambiguity(ByteWriter& out, const Model& model);
Result<void> read_ambiguity(ByteReader& in, Model& model);

// What a forest knows its apps by.
void write_feature_profile(ByteWriter& out, const Model& model);
Result<void> read_feature_profile(ByteReader& in, Model& model);

// Training flows that are kept.
void write_examples(ByteWriter& out, const Model& model);
Result<void> read_examples(ByteReader& in, Model& model);

}  // namespace flowtell
