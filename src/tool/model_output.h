// SPDX-License-Identifier: Apache-2.0
//
// Writes a model to the output of a command that trains.
#pragma once

#include "model/model_file.h"
#include "tool/console.h"

namespace flowtell {

inline Result<void> save(const Model& model, Output& output) {
  auto bytes = encode_model(model);
  if (!bytes) return fail(std::move(bytes).error());
  auto saved = output.write(*bytes);
  if (saved) saved = output.finish();
  return saved;
}

}  // namespace flowtell
