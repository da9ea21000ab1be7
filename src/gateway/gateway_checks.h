// SPDX-License-Identifier: Apache-2.0
//
// Whether the machine, as it is, can be the gateway that is asked for. Pure: it
// judges a snapshot, so that every refusal comes before the first change and
// can be tested without a network.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/gateway_options.h"
#include "gateway/network_state.h"

namespace flowtell {

// Refuses an interface that is absent or unfit, a WAN that is down, a subnet
// in use elsewhere, a table of rules of our name.
Result<void> check_machine(const GatewayOptions& options,
                           const NetworkState& state);

// Refuses a system that lacks a program, naming the package that has it.
Result<void> check_programs();

// What does not forbid a gateway but may keep it from working: no cable, no
// address on the WAN, another firewall that drops. One sentence each.
std::vector<std::string> doubts(const GatewayOptions& options,
                                const NetworkState& state);

}  // namespace flowtell
