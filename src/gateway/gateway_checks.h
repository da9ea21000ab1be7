// SPDX-License-Identifier: Apache-2.0
//
// Checks whether this machine can be the requested gateway. Pure: the input is
// a snapshot, so every refusal comes before the first change and can be tested
// without a network.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/gateway_options.h"
#include "gateway/network_state.h"

namespace flowtell {

// Refuses an absent or unsuitable interface, a WAN that is down, a subnet in
// use elsewhere, and an existing table of the gateway's name.
Result<void> check_machine(const GatewayOptions& options,
                           const NetworkState& state);

// Fails if a program is missing, naming its package.
Result<void> check_programs();

// Warnings about what may keep the gateway from working: no link, no address on
// the WAN, another firewall that drops. One sentence each.
std::vector<std::string> find_warnings(const GatewayOptions& options,
                                       const NetworkState& state);

}  // namespace flowtell
