// SPDX-License-Identifier: Apache-2.0
//
// The name that a device gives itself when it asks for an address: the host
// name option of a DHCP client's message (RFC 2131; RFC 2132, 3.14).
//
// Input is untrusted: only names that can be printed as they are count (see
// host_name.h). Never allocates; any thread.
#pragma once

#include <optional>

#include "decode/host_name.h"
#include "decode/packet.h"

namespace flowtell {

struct DhcpName {
  Station station = 0;  // the client's MAC, by the message
  HostName name;        // in lower case
};

// Whether a packet may be a DHCP client's message: a cheap test for every
// packet.
inline bool is_to_dhcp_server(const Packet& packet) {
  return packet.destination_port == 67 && packet.protocol == Protocol::kUdp;
}

// nullopt if the packet is no such message, or has no such name.
std::optional<DhcpName> find_dhcp_name(const Packet& packet) noexcept;

}  // namespace flowtell
