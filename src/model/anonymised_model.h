// SPDX-License-Identifier: Apache-2.0
//
// Models with pseudonyms in place of captures and names (decode/anonymiser.h),
// for reports.
#pragma once

#include <vector>

#include "decode/anonymiser.h"
#include "model/model.h"

namespace flowtell {

// Replaces paths and groups. Hashes are cleared: they would show that a known
// capture was among these.
void anonymise(std::vector<CaptureRecord>& captures,
               const Anonymiser& anonymiser);

// Replaces the captures and the servers of ambiguous flows. The name table
// keeps the real names, so use the result for reports only.
void anonymise(Model& model, Anonymiser& anonymiser);

}  // namespace flowtell
