// SPDX-License-Identifier: Apache-2.0
//
// A decoded TCP or UDP packet.
//
// Lengths come from the packet's own headers, so link headers, Ethernet padding
// and a short snap length do not affect them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "decode/address.h"
#include "decode/link_ends.h"

namespace flowtell {

// Numbered as in the IP header.
enum class Protocol : std::uint8_t { kTcp = 6, kUdp = 17 };

constexpr std::string_view protocol_name(Protocol protocol) {
  return protocol == Protocol::kTcp ? "TCP" : "UDP";
}

inline constexpr std::uint8_t kTcpFin = 0x01;
inline constexpr std::uint8_t kTcpSyn = 0x02;
inline constexpr std::uint8_t kTcpRst = 0x04;
inline constexpr std::uint8_t kTcpAck = 0x10;

// The number of the packet's owner (owner_table.h).
using OwnerId = std::uint16_t;
inline constexpr OwnerId kNoOwner = 0;

// Which end of a packet is the device, by earlier frames (DeviceEvidence).
enum class DeviceEnd : std::uint8_t {
  kNotAsked,
  kUnknown,
  kSource,
  kDestination,
};

struct Packet {
  // Of a datagram that begins later than can be noted.
  static constexpr std::uint16_t kFarDatagram = UINT16_MAX;

  Timestamp time;
  Address source;
  Address destination;
  Port source_port;
  Port destination_port;
  Protocol protocol;
  std::uint8_t tcp_flags;                       // 0 for UDP
  std::uint8_t hop_limit;                       // of IPv6 only
  DeviceEnd device_end = DeviceEnd::kNotAsked;  // set for shards
  OwnerId owner = kNoOwner;                     // set by FrameIntake
  // Where the IP datagram begins in the frame.
  std::uint16_t datagram_at = kFarDatagram;
  std::uint32_t tcp_sequence;    // 0 for UDP
  std::uint32_t length;          // of the IP datagram, in bytes
  std::uint32_t payload_length;  // without IP and transport headers
  // The captured part of the payload; borrows from the frame. Empty in later
  // fragments, which come from the middle of a datagram.
  Bytes payload;
  // Of the frame (decode/link_ends.h); 0 if unknown.
  Station source_station;
  Station destination_station;
};

}  // namespace flowtell
