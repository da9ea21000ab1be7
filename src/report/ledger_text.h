// SPDX-License-Identifier: Apache-2.0
//
// A meter's report as text: the ledger, and the reason if there is no flow.
#pragma once

#include <string>
#include <vector>

#include "flow/flow_meter.h"

namespace flowtell {

// Every heading with its count and share, the total, and other events (late
// frames, clock steps, bursts ended early).
std::string ledger_text(const MeterReport& report);

// What a user should know unasked, a sentence each: many frames lost, copies,
// one direction missing, clocks that differ.
std::vector<std::string> warnings_of(const MeterReport& report);

// The likeliest reason why a run found no flow, with the link type.
// REQUIRES: report.flows == 0.
std::string no_flow_text(const MeterReport& report);

}  // namespace flowtell
