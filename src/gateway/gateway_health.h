// SPDX-License-Identifier: Apache-2.0
// Checks that all parts of a running gateway are present. Other programs may
// have removed some: an adapter was unplugged, a firewall reloaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/journal.h"
#include "gateway/network_state.h"

namespace flowtell {

// The missing parts, as text: "its address 192.168.12.1/24", "dnsmasq". Empty
// for a working gateway.
std::vector<std::string> missing_parts(const Journal& journal,
                                       const NetworkState& network);

// The gateway's dnsmasq, if it runs. Valid only for a record of this boot.
std::optional<int> running_dnsmasq(const Journal& journal);

}  // namespace flowtell
