// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <algorithm>

#include "decode/link_layer.h"
#include "decode/plain_frame.h"

namespace flowtell {
namespace {

constexpr std::uint32_t kUdpHeader = 8;
constexpr std::uint32_t kSmallestTcpHeader = 20;
constexpr std::size_t kIpv6Header = 40;

// What both IP versions come to.
struct Datagram {
  std::uint8_t protocol = 0;
  std::uint32_t header_length = 0;  // with extension headers
  bool is_fragment = false;
  std::uint32_t fragment_offset = 0;  // in units of 8 bytes
  std::uint32_t identification = 0;
  Bytes after_header;
};

// Bytes that a frame did not have: the snap length cut them off, or they never
// were there.
FrameOutcome missing(const Frame& frame) {
  return frame.bytes.size() < frame.wire_length ? FrameOutcome::kCutShort
                                                : FrameOutcome::kMalformed;
}

// A datagram joined by offload to more than 16 bits can tell states a length of
// 0: then the wire tells. (Linux "BIG TCP", RFC 2675; Wireshark reads it so.)
std::uint32_t length_on_wire(const Frame& frame, Bytes datagram) {
  const auto link_header =
      static_cast<std::uint32_t>(datagram.data() - frame.bytes.data());
  const std::uint32_t length =
      frame.wire_length - std::min(link_header, frame.wire_length);
  // No recorder joins so much: then nothing tells the length, and 0 is
  // malformed.
  return length <= kLongestFrame ? length : 0;
}

FrameOutcome read_ipv4(const Frame& frame, Bytes bytes, Packet& packet,
                       Datagram& datagram) {
  ByteReader reader(bytes);
  const std::uint32_t header_length = (reader.u8() & 15u) * 4;
  reader.skip(1);
  packet.length = reader.u16();
  datagram.identification = reader.u16();
  const std::uint16_t fragment = reader.u16();
  reader.skip(1);
  datagram.protocol = reader.u8();
  reader.skip(2);
  const Bytes source = reader.take(4);
  const Bytes destination = reader.take(4);
  if (!reader.ok()) return missing(frame);
  if (header_length < 20) return FrameOutcome::kMalformed;
  reader.skip(header_length - 20);
  if (!reader.ok()) return missing(frame);
  packet.source = Address::v4(source);
  packet.destination = Address::v4(destination);
  if (packet.length == 0) packet.length = length_on_wire(frame, bytes);
  datagram.header_length = header_length;
  constexpr std::uint16_t kMoreFragments = 0x2000;
  datagram.fragment_offset = fragment & 0x1fffu;
  datagram.is_fragment =
      (fragment & kMoreFragments) != 0 || datagram.fragment_offset != 0;
  datagram.after_header = reader.rest();
  return FrameOutcome::kUsed;
}

// IPv6 extension headers that may stand before the transport's (RFC 8200, 4;
// RFC 7045), by their protocol number.
enum : std::uint8_t {
  kHopByHop = 0,
  kRouting = 43,
  kFragment = 44,
  kAuthentication = 51,
  kDestinationOptions = 60,
  kMobility = 135,
  kHostIdentity = 139,
  kShim6 = 140,
};

bool is_extension(std::uint8_t protocol) {
  switch (protocol) {
    case kHopByHop:
    case kRouting:
    case kFragment:
    case kAuthentication:
    case kDestinationOptions:
    case kMobility:
    case kHostIdentity:
    case kShim6:
      return true;
    default:
      return false;
  }
}

// Takes one extension header off the reader; datagram.protocol becomes what
// follows it. Each is at least 8 bytes, so a chain ends with the frame.
void read_extension(ByteReader& reader, Datagram& datagram) {
  const std::uint8_t kind = datagram.protocol;
  datagram.protocol = reader.u8();
  const std::uint32_t units = reader.u8();
  if (kind == kFragment) {
    const std::uint16_t fragment = reader.u16();
    datagram.identification = reader.u32();
    datagram.fragment_offset = fragment >> 3;
    datagram.is_fragment = (fragment & 1) != 0 || datagram.fragment_offset != 0;
  } else if (kind == kAuthentication) {
    reader.skip((units + 2) * 4 - 2);
  } else {
    reader.skip((units + 1) * 8 - 2);
  }
}

FrameOutcome read_ipv6(const Frame& frame, Bytes bytes, Packet& packet,
                       Datagram& datagram) {
  ByteReader reader(bytes);
  reader.skip(4);
  const std::uint16_t payload_length = reader.u16();
  packet.length =
      payload_length == 0
          ? length_on_wire(frame, bytes)
          : payload_length + static_cast<std::uint32_t>(kIpv6Header);
  datagram.protocol = reader.u8();
  reader.skip(1);
  const Bytes source = reader.take(16);
  const Bytes destination = reader.take(16);
  if (!reader.ok()) return missing(frame);
  packet.source = Address::v6(source);
  packet.destination = Address::v6(destination);
  // What follows a later fragment's header is a piece of payload.
  while (reader.ok() && is_extension(datagram.protocol) &&
         datagram.fragment_offset == 0) {
    read_extension(reader, datagram);
  }
  if (!reader.ok()) return missing(frame);
  datagram.header_length = static_cast<std::uint32_t>(reader.position());
  datagram.after_header = reader.rest();
  return FrameOutcome::kUsed;
}

// What a transport header gives: a fate, and if used, the header's length.
struct Transport {
  FrameOutcome outcome;
  std::uint32_t header_length;
};

// Fills ports, flags, sequence and the captured payload.
Transport read_transport(const Frame& frame, Bytes bytes, Packet& packet) {
  ByteReader reader(bytes);
  packet.source_port = reader.u16();
  packet.destination_port = reader.u16();
  packet.tcp_flags = 0;
  packet.tcp_sequence = 0;
  std::uint32_t header_length = kUdpHeader;
  if (packet.protocol == Protocol::kTcp) {
    packet.tcp_sequence = reader.u32();
    reader.skip(4);  // acknowledgement
    header_length = (reader.u8() >> 4) * 4u;
    packet.tcp_flags = reader.u8();
    if (reader.ok() && header_length < kSmallestTcpHeader) {
      return {FrameOutcome::kMalformed, 0};
    }
  }
  if (!reader.ok()) return {missing(frame), 0};
  packet.payload =
      bytes.subspan(std::min<std::size_t>(header_length, bytes.size()));
  return {FrameOutcome::kUsed, header_length};
}

// Tells the payload's length, and cuts off the captured payload what the link
// put behind the datagram.
FrameOutcome settle_payload(std::uint32_t headers, Packet& packet) {
  if (packet.length < headers) return FrameOutcome::kMalformed;
  packet.payload_length = packet.length - headers;
  if (packet.payload.size() > packet.payload_length) {
    packet.payload = packet.payload.first(packet.payload_length);
  }
  return FrameOutcome::kUsed;
}

FrameOutcome read_datagram(const Frame& frame, Bytes bytes, Packet& packet,
                           Datagram& datagram) {
  if (bytes.empty()) return missing(frame);
  switch (bytes[0] >> 4) {
    case 4:
      return read_ipv4(frame, bytes, packet, datagram);
    case 6:
      return read_ipv6(frame, bytes, packet, datagram);
    default:
      return FrameOutcome::kMalformed;
  }
}

constexpr bool is_tcp_or_udp(std::uint8_t protocol) {
  return protocol == static_cast<std::uint8_t>(Protocol::kTcp) ||
         protocol == static_cast<std::uint8_t>(Protocol::kUdp);
}

// Gives a later fragment the ports of its datagram's first.
FrameOutcome borrow_ports(const FragmentTable& fragments,
                          const FragmentKey& key, Bytes piece, Packet& packet) {
  const auto ports = fragments.find(key, packet.time);
  if (!ports) return FrameOutcome::kFragmentWithoutPorts;
  packet.source_port = ports->source;
  packet.destination_port = ports->destination;
  packet.tcp_flags = 0;
  packet.tcp_sequence = 0;
  packet.payload = piece.first(0);  // from the middle: no name begins in it
  return FrameOutcome::kUsed;
}

}  // namespace

FrameOutcome Decoder::decode(const Frame& frame, Packet& packet) noexcept {
  return decode_plain_frame(frame, packet) ? FrameOutcome::kUsed
                                           : decode_any(frame, packet);
}

FrameOutcome Decoder::decode_any(const Frame& frame, Packet& packet) noexcept {
  const LinkPayload link = find_datagram(frame.link, frame.bytes);
  if (link.outcome == FrameOutcome::kCutShort) return missing(frame);
  if (link.outcome != FrameOutcome::kUsed) return link.outcome;

  Datagram datagram;
  const FrameOutcome ip_fate =
      read_datagram(frame, link.datagram, packet, datagram);
  if (ip_fate != FrameOutcome::kUsed) return ip_fate;
  if (!is_tcp_or_udp(datagram.protocol)) return FrameOutcome::kNotTcpUdp;
  packet.protocol = static_cast<Protocol>(datagram.protocol);
  packet.time = frame.time;

  const FragmentKey key{packet.source, packet.destination,
                        datagram.identification, datagram.protocol};
  if (datagram.fragment_offset > 0) {
    const FrameOutcome outcome =
        borrow_ports(fragments_, key, datagram.after_header, packet);
    if (outcome != FrameOutcome::kUsed) return outcome;
    return settle_payload(datagram.header_length, packet);
  }
  const auto [outcome, transport_header] =
      read_transport(frame, datagram.after_header, packet);
  if (outcome != FrameOutcome::kUsed) return outcome;
  if (datagram.is_fragment) {
    fragments_.remember(key, {packet.source_port, packet.destination_port},
                        packet.time);
  }
  return settle_payload(datagram.header_length + transport_header, packet);
}

}  // namespace flowtell
