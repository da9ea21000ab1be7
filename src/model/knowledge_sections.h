// SPDX-License-Identifier: Apache-2.0
//
// The sections of a model file besides the forest; docs/formats.md describes
// their content. Readers fail as decode_sections does. REQUIRES: apps, columns
// and captures have been read.
#pragma once

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "model/model.h"

namespace flowtell {

// The evidence weights and the name table.
void write_evidence(ByteWriter& out, const Model& model);
Result<void> read_evidence(ByteReader& in, Model& model);

// The ambiguous groups.
void write_ambiguity(ByteWriter& out, const Model& model);
Result<void> read_ambiguity(ByteReader& in, Model& model);

void write_feature_profile(ByteWriter& out, const Model& model);
Result<void> read_feature_profile(ByteReader& in, Model& model);

// The example flows.
void write_examples(ByteWriter& out, const Model& model);
Result<void> read_examples(ByteReader& in, Model& model);

}  // namespace flowtell
