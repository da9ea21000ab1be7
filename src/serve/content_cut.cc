// SPDX-License-Identifier: Apache-2.0
#include "serve/content_cut.h"

#include <algorithm>

#include "base/hash.h"

namespace flowtell {
namespace {

// Of frames whose payload is not known to begin anywhere: enough for Ethernet,
// a VLAN and IPv6, and for ARP.
constexpr std::size_t kOtherFrames = 64;

constexpr Port kDns = 53;
constexpr Port kMulticastDns = 5353;

bool is_dns(const Packet& packet) {
  const auto is = [&](Port port) {
    return packet.source_port == port || packet.destination_port == port;
  };
  return is(kDns) || is(kMulticastDns);
}

// How long a TLS record is that begins with a ClientHello: content type 22,
// version 3.x, a length, message type 1. 0 for anything else.
std::uint32_t hello_size(Bytes payload) {
  constexpr std::size_t kRecordHeader = 5;
  if (payload.size() <= kRecordHeader) return 0;
  if (payload[0] != 22 || payload[1] != 3 || payload[kRecordHeader] != 1) {
    return 0;
  }
  return kRecordHeader + load<std::uint16_t>(&payload[3], ByteOrder::kBig);
}

// An Initial packet: the long header's two bits, then its type, whose number
// version 2 changed (RFC 9369, section 3.2). Google's own QUIC had the
// version's bit, an identifier of 8 bytes, and a version that begins with Q.
bool begins_quic(Bytes payload) {
  if (payload.size() < 16) return false;
  const auto version = load<std::uint32_t>(&payload[1], ByteOrder::kBig);
  constexpr std::uint32_t kVersion2 = 0x6b3343cf;
  switch (payload[0] & 0xf0) {
    case 0xc0:
      return version != kVersion2 && version != 0;
    case 0xd0:
      return version == kVersion2;
    default:
      return (payload[0] & 0x89) == 0x09 && payload[9] == 'Q';
  }
}

std::uint64_t sender_of(const Packet& packet) {
  struct {
    Address source;
    Address destination;
    Port source_port;
    Port destination_port;
  } const sender{packet.source, packet.destination, packet.source_port,
                 packet.destination_port};
  static_assert(sizeof sender == 2 * sizeof(Address) + 2 * sizeof(Port));
  return keyed_hash(sender);
}

}  // namespace

Bytes ContentCut::cut(const Frame& frame) {
  Packet packet;
  const bool is_used = decoder_.decode(frame, packet) == Fate::kUsed;
  if (is_used && packet.payload_length == 0) return frame.bytes;
  // A later fragment has payload, but none to look at.
  if (!is_used || packet.payload.empty()) {
    return frame.bytes.first(std::min(frame.bytes.size(), kOtherFrames));
  }
  const auto headers =
      static_cast<std::size_t>(packet.payload.data() - frame.bytes.data());
  return frame.bytes.first(headers +
                           (keeps_payload(packet) ? packet.payload.size() : 0));
}

bool ContentCut::keeps_payload(const Packet& packet) {
  if (is_dns(packet)) return true;
  if (packet.protocol == Protocol::kUdp) return begins_quic(packet.payload);
  return continues_hello(packet);
}

bool ContentCut::continues_hello(const Packet& packet) {
  const std::uint64_t sender = sender_of(packet);
  OpenHello& hello = hellos_[sender % hellos_.size()];
  if (const std::uint32_t size = hello_size(packet.payload); size > 0) {
    hello = {sender, size};
  }
  if (hello.sender != sender || hello.missing == 0) return false;
  hello.missing -= std::min(hello.missing, packet.payload_length);
  return true;
}

}  // namespace flowtell
