// SPDX-License-Identifier: Apache-2.0
//
// Identifiers that join a flow's records: those of one run with another's, an
// early verdict with the final one, and flows with the records of other tools.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "flow/flow.h"

namespace flowtell {

// A hash of the flow's protocol, its endpoints and the time of its first packet
// in ns: 20 hexadecimal digits, the same live or from a file. Flows of one
// link differ; those of two links may be equal.
std::string flow_id(const Flow& flow);

// The same as bytes, for those who keep many.
using FlowIdBytes = std::array<std::uint8_t, 10>;
FlowIdBytes flow_id_bytes(const Flow& flow);
std::string flow_id_text(const FlowIdBytes& bytes);

// "02:00:00:00:00:07"; empty for 0.
std::string station_text(Station station);

// Community ID, version 1, seed 0 (github.com/corelight/community-id-spec):
// "1:LQU9qZlK+B5F3KDmev6m5PMibrg=". The same for every burst of a connection,
// and in Zeek, Suricata, Wireshark and others. With another flow key than
// five-tuple, that of the flow's first packet.
std::string community_id(const Flow& flow);

}  // namespace flowtell
