// SPDX-License-Identifier: Apache-2.0
//
// What a meter saw, for people: the ledger, and why there may be no flow.
#pragma once

#include <string>

#include "flow/flow_meter.h"

namespace flowtell {

// Every heading with its count and share, the sum, and what else was noticed
// (late frames, clock steps, bursts ended early).
std::string ledger_text(const MeterReport& report);

// Why a run gave no flow: the likeliest reason, naming the link type.
// REQUIRES: report.flows == 0.
std::string no_flow_text(const MeterReport& report);

}  // namespace flowtell
