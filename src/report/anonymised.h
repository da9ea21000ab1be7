// SPDX-License-Identifier: Apache-2.0
//
// What is about to be told, with stand-ins for addresses, names and captures
// (decode/anonymiser.h). Here and nowhere else results are made anonymous:
// after all that is found and judged by them, before anything is written.
#pragma once

#include <vector>

#include "decode/anonymiser.h"
#include "explain/explanation.h"
#include "model/model.h"

namespace flowtell {

// Its name is valid until the anonymiser's next.
Flow anonymised(const Flow& flow, Anonymiser& anonymiser);
KeptFlow anonymised(const KeptFlow& flow, Anonymiser& anonymiser);

// The names that the model learned as well.
void anonymise(FlowExplanation& reported, Anonymiser& anonymiser);

// Paths and groups; the hashes, by which somebody who has a capture could tell
// that it was among them, go.
void anonymise(std::vector<CaptureRecord>& captures,
               const Anonymiser& anonymiser);

// The captures, and the servers of flows that look alike. What the model judges
// by stays, so that it still knows them: for telling what is in it, no more.
void anonymise(Model& model, Anonymiser& anonymiser);

}  // namespace flowtell
