// SPDX-License-Identifier: Apache-2.0
//
// The model section of the support vector machine, if any; docs/formats.md
// describes its content.
#pragma once

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "model/model.h"

namespace flowtell {

void write_svm(ByteWriter& out, const Model& model);

// Fails as decode_sections does. REQUIRES: apps, columns and forest are read.
Result<void> read_svm(ByteReader& in, Model& model);

}  // namespace flowtell
