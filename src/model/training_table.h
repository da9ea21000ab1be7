// SPDX-License-Identifier: Apache-2.0
//
// The training flows as a model keeps them: features, folded names, labels and
// times, so that the model can be trained further without the old captures
// (learn/adaptation.h). No packets and no addresses: devices are numbered, and
// remote addresses are left out. docs/privacy.md says what it reveals.
#pragma once

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "model/dataset.h"

namespace flowtell {

// The dataset without what a table does not keep. Scorers and weights learned
// from it are the same as from the dataset.
Dataset training_table(const Dataset& data);

// The rows, parts, names and others. Apps, captures and features are not
// written: they stand elsewhere in a model.
void write_training_table(ByteWriter& out, const Dataset& table);

// REQUIRES: `table` has its apps, captures and width. Fails with a short
// phrase.
Result<void> read_training_table(ByteReader& in, Dataset& table);

}  // namespace flowtell
