// SPDX-License-Identifier: Apache-2.0
//
// Results with pseudonyms in place of addresses, names and captures
// (decode/anonymiser.h). Results are anonymised only here: after flows are
// found and classified by their real values, before anything is written.
#pragma once

#include <vector>

#include "decode/anonymiser.h"
#include "explain/explanation.h"
#include "model/model.h"

namespace flowtell {

// The returned server name is valid until the next call to `anonymiser`.
Flow anonymised(const Flow& flow, Anonymiser& anonymiser);
KeptFlow anonymised(const KeptFlow& flow, Anonymiser& anonymiser);

// Also replaces the names that come from the model.
void anonymise(FlowExplanation& flow, Anonymiser& anonymiser);

// Replaces paths and groups. Hashes are cleared: they would show that a known
// capture was among these.
void anonymise(std::vector<CaptureRecord>& captures,
               const Anonymiser& anonymiser);

// Replaces the captures and the servers of ambiguous flows. The name table
// keeps the real names, so use the result for reports only.
void anonymise(Model& model, Anonymiser& anonymiser);

}  // namespace flowtell
