// SPDX-License-Identifier: Apache-2.0
//
// Packets as tuples, for tests to compare.
#pragma once

#include <tuple>

#include "decode/packet.h"

namespace flowtell {

// The packet fields that flows use, without the addresses.
inline auto fields_without_addresses(const Packet& packet) {
  return std::tuple(packet.time, packet.source_port, packet.destination_port,
                    packet.protocol, packet.tcp_flags, packet.tcp_sequence,
                    packet.length, packet.payload_length);
}

// The packet fields that flows use.
inline auto fields(const Packet& packet) {
  return std::tuple_cat(fields_without_addresses(packet),
                        std::tuple(packet.source, packet.destination));
}

}  // namespace flowtell
