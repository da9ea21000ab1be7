// SPDX-License-Identifier: Apache-2.0
#include "live/content_cut.h"

#include <algorithm>

#include "base/hash.h"

namespace flowtell {
namespace {

// For frames without a known payload: enough for Ethernet, a VLAN tag and IPv6,
// and for ARP.
constexpr std::size_t kOtherFrames = 64;

constexpr Port kDns = 53;
constexpr Port kMulticastDns = 5353;

bool is_dns(const Packet& packet) {
  const auto is = [&](Port port) {
    return packet.source_port == port || packet.destination_port == port;
  };
  return is(kDns) || is(kMulticastDns);
}

// The length of a TLS record that begins with a ClientHello: content type 22,
// version 3.x, a length, message type 1. 0 for anything else.
std::uint32_t hello_size(Bytes payload) {
  constexpr std::size_t kRecordHeader = 5;
  if (payload.size() <= kRecordHeader) return 0;
  if (payload[0] != 22 || payload[1] != 3 || payload[kRecordHeader] != 1) {
    return 0;
  }
  return kRecordHeader + load<std::uint16_t>(&payload[3], ByteOrder::kBig);
}

constexpr std::uint32_t kQuicVersion1 = 1;
constexpr std::uint32_t kQuicVersion2 = 0x6b3343cf;

// Versions 1 and 2, their drafts, and those of Google and Facebook. Other
// protocols' datagrams that begin alike are thus not kept.
bool is_quic_version(std::uint32_t version) {
  return version == kQuicVersion1 || version == kQuicVersion2 ||
         version >> 8 == 0xff0000 || version >> 24 == 'Q' ||
         version >> 24 == 'T' || version >> 8 == 0xfaceb0;
}

// An Initial packet has the two bits of a long header, then its type. Version 2
// changed the type's number (RFC 9369, section 3.2).
bool begins_initial(Bytes bytes) {
  if (bytes.size() < 5) return false;
  const auto version = load<std::uint32_t>(&bytes[1], ByteOrder::kBig);
  const unsigned type = version == kQuicVersion2 ? 0xd0 : 0xc0;
  return (bytes[0] & 0xf0u) == type && is_quic_version(version);
}

// An integer of 1, 2, 4 or 8 bytes, as its first two bits say (RFC 9000, 16).
std::uint64_t read_varint(ByteReader& reader) {
  const std::uint8_t first = reader.u8();
  std::uint64_t value = first & 0x3fu;
  for (int left = (1 << (first >> 6)) - 1; left > 0; --left) {
    value = value << 8 | reader.u8();
  }
  return value;
}

// The size of the leading Initial packets of a datagram. Packets with user data
// may follow in the same datagram (RFC 9000, section 12.2).
std::size_t initials_in(Bytes payload) {
  ByteReader reader(payload, ByteOrder::kBig);
  while (begins_initial(reader.rest())) {
    reader.skip(1);
    const std::uint32_t version = reader.u32();
    // The headers of other versions vary.
    if (version != kQuicVersion1 && version != kQuicVersion2) {
      return payload.size();
    }
    reader.skip(reader.u8());  // the two connection identifiers
    reader.skip(reader.u8());
    reader.skip(read_varint(reader));  // a token
    reader.skip(read_varint(reader));  // the rest of the packet
    if (!reader.ok()) return payload.size();
  }
  return reader.position();
}

// Google QUIC has a version bit, a connection identifier of 8 bytes, and
// versions Q009 to Q043.
bool begins_google_quic(Bytes payload) {
  return payload.size() > 10 && (payload[0] & 0xc9) == 0x09 &&
         payload[9] == 'Q' && payload[10] == '0';
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
  if (decoder_.decode(frame, packet) != FrameOutcome::kUsed) {
    return frame.bytes.first(std::min(frame.bytes.size(), kOtherFrames));
  }
  if (packet.payload_length == 0) return frame.bytes;
  const auto headers =
      static_cast<std::size_t>(packet.payload.data() - frame.bytes.data());
  return frame.bytes.first(headers +
                           std::min(packet.payload.size(), names_in(packet)));
}

std::size_t ContentCut::names_in(const Packet& packet) {
  if (is_dns(packet)) return packet.payload_length;
  if (packet.protocol == Protocol::kTcp) return hello_in(packet);
  if (begins_google_quic(packet.payload)) return packet.payload_length;
  return initials_in(packet.payload);
}

std::size_t ContentCut::hello_in(const Packet& packet) {
  const std::uint64_t sender = sender_of(packet);
  OpenHello& hello = hellos_[static_cast<std::size_t>(sender % hellos_.size())];
  if (const std::uint32_t size = hello_size(packet.payload); size > 0) {
    hello = {sender, size};
  }
  if (hello.sender != sender) return 0;
  const std::uint32_t here = std::min(hello.missing, packet.payload_length);
  hello.missing -= here;
  return here;
}

}  // namespace flowtell
