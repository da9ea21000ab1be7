// SPDX-License-Identifier: Apache-2.0
//
// The section of a model file that holds a support vector machine, if there is
// one; docs/formats.md tells its content.
#pragma once

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "model/model.h"

namespace flowtell {

void write_svm(ByteWriter& out, const Model& model);

// Fails as decode_sections does. REQUIRES: apps, columns and forest are read.
Result<void> read_svm(ByteReader& in, Model& model);

}  // namespace flowtell
