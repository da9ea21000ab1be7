// SPDX-License-Identifier: Apache-2.0
//
// Whether all parts of a gateway that was put up are still there. Others may
// have taken some away since: an adapter was unplugged, a firewall reloaded.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/journal.h"
#include "gateway/network_state.h"

namespace flowtell {

// What is missing, in words: "its address 192.168.12.1/24", "dnsmasq". Nothing
// is missing from one that works.
std::vector<std::string> missing_parts(const Journal& journal,
                                       const NetworkState& network);

// The gateway's dnsmasq, if it runs. Its record is of this boot alone.
std::optional<int> running_dnsmasq(const Journal& journal);

}  // namespace flowtell
