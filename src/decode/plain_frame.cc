// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <algorithm>

#include "decode/tunnel.h"

namespace flowtell {
namespace {

constexpr std::size_t kIp = 14;  // after Ethernet's header
constexpr std::size_t kIpHeader = 20;
constexpr std::size_t kTransport = kIp + kIpHeader;
constexpr std::size_t kUdpHeaderSize = 8;
constexpr std::size_t kTcpHeader = 20;  // without options

std::uint16_t load16(const std::uint8_t* from) {
  return load<std::uint16_t>(from, ByteOrder::kBig);
}

}  // namespace

bool decode_plain_frame(const Frame& frame, Packet& packet) noexcept {
  const std::uint8_t* at = frame.bytes.data();
  const std::size_t captured = frame.bytes.size();
  if (frame.link != LinkType::kEthernet) return false;
  if (captured < kTransport + kUdpHeaderSize) return false;
  if (load16(at + 12) != 0x0800 || at[kIp] != 0x45) return false;
  if ((load16(at + kIp + 6) & 0x3fff) != 0) return false;  // a fragment

  const std::uint8_t protocol = at[kIp + 9];
  std::size_t header = kUdpHeaderSize;
  packet.tcp_flags = 0;
  packet.tcp_sequence = 0;
  if (protocol == static_cast<std::uint8_t>(Protocol::kTcp)) {
    if (captured < kTransport + kTcpHeader) return false;
    header = (at[kTransport + 12] >> 4) * std::size_t{4};
    if (header < kTcpHeader) return false;
    packet.tcp_flags = at[kTransport + 13];
    packet.tcp_sequence =
        load<std::uint32_t>(at + kTransport + 4, ByteOrder::kBig);
  } else if (protocol != static_cast<std::uint8_t>(Protocol::kUdp)) {
    return false;
  }
  packet.length = load16(at + kIp + 2);
  if (packet.length < kIpHeader + header) return false;

  packet.time = frame.time;
  packet.datagram_at = kIp;
  packet.protocol = static_cast<Protocol>(protocol);
  packet.source = Address::v4(Bytes(at + kIp + 12, 4));
  packet.destination = Address::v4(Bytes(at + kIp + 16, 4));
  packet.source_port = load16(at + kTransport);
  packet.destination_port = load16(at + kTransport + 2);
  if (packet.protocol == Protocol::kUdp &&
      may_carry_tunnel(packet.source_port, packet.destination_port)) {
    return false;
  }
  const LinkEnds ends = find_link_ends(LinkType::kEthernet, frame.bytes);
  packet.source_station = ends.source;
  packet.destination_station = ends.destination;
  packet.payload_length =
      packet.length - static_cast<std::uint32_t>(kIpHeader + header);
  const std::size_t payload = std::min(kTransport + header, captured);
  packet.payload =
      Bytes(at + payload,
            std::min<std::size_t>(captured - payload, packet.payload_length));
  return true;
}

}  // namespace flowtell
