// SPDX-License-Identifier: Apache-2.0
//
// What one frame says once it is understood: a TCP or UDP packet.
//
// Lengths are those that the packet's own headers state, so link headers,
// Ethernet padding and a short snap length change nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "decode/address.h"

namespace flowtell {

// The numbers are those of the IP header.
enum class Protocol : std::uint8_t { kTcp = 6, kUdp = 17 };

constexpr std::string_view protocol_name(Protocol protocol) {
  return protocol == Protocol::kTcp ? "TCP" : "UDP";
}

inline constexpr std::uint8_t kTcpFin = 0x01;
inline constexpr std::uint8_t kTcpSyn = 0x02;
inline constexpr std::uint8_t kTcpRst = 0x04;
inline constexpr std::uint8_t kTcpAck = 0x10;

struct Packet {
  Timestamp time;
  Address source;
  Address destination;
  Port source_port;
  Port destination_port;
  Protocol protocol;
  std::uint8_t tcp_flags;        // 0 for UDP
  std::uint32_t tcp_sequence;    // 0 for UDP
  std::uint32_t length;          // of the IP datagram, in bytes
  std::uint32_t payload_length;  // less IP and transport headers
  // What was captured of it; the frame's bytes. It begins where the headers
  // end. Of a later fragment, which is a piece from the middle, nothing.
  Bytes payload;
};

}  // namespace flowtell
