// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <algorithm>

#include "decode/tunnel.h"

namespace flowtell {
namespace {

constexpr std::uint32_t kUdpHeader = 8;
constexpr std::uint32_t kMinTcpHeader = 20;
constexpr std::size_t kIpv6Header = 40;

// The fields that both IP versions share.
struct Datagram {
  std::uint8_t protocol = 0;
  std::uint32_t header_length = 0;  // with extension headers
  bool is_fragment = false;
  std::uint32_t fragment_offset = 0;  // in units of 8 bytes
  std::uint32_t identification = 0;
  Bytes after_header;
};

// The outcome of a frame that lacks bytes: the snap length cut them off, or
// they were never sent.
FrameOutcome missing_bytes(const Frame& frame) {
  return frame.bytes.size() < frame.wire_length ? FrameOutcome::kCutShort
                                                : FrameOutcome::kMalformed;
}

// A datagram that offload joined beyond 16 bits states a length of 0; the wire
// length is used instead (Linux "BIG TCP", RFC 2675; as Wireshark does).
std::uint32_t length_on_wire(const Frame& frame, Bytes datagram) {
  const auto link_header =
      static_cast<std::uint32_t>(datagram.data() - frame.bytes.data());
  const std::uint32_t length =
      frame.wire_length - std::min(link_header, frame.wire_length);
  // No recorder joins more than this. Then the length is unknown, and 0 is
  // reported as malformed.
  return length <= kMaxFrameSize ? length : 0;
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
  if (!reader.ok()) return missing_bytes(frame);
  if (header_length < 20) return FrameOutcome::kMalformed;
  reader.skip(header_length - 20);
  if (!reader.ok()) return missing_bytes(frame);
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

// IPv6 extension headers that may precede the transport's (RFC 8200, 4; RFC
// 7045), by protocol number.
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

// Reads one extension header and sets datagram.protocol to the next one. Each
// is at least 8 bytes, so a chain ends with the frame.
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
  packet.hop_limit = reader.u8();
  const Bytes source = reader.take(16);
  const Bytes destination = reader.take(16);
  if (!reader.ok()) return missing_bytes(frame);
  packet.source = Address::v6(source);
  packet.destination = Address::v6(destination);
  // The header of a later fragment is followed by payload.
  while (reader.ok() && is_extension(datagram.protocol) &&
         datagram.fragment_offset == 0) {
    read_extension(reader, datagram);
  }
  if (!reader.ok()) return missing_bytes(frame);
  datagram.header_length = static_cast<std::uint32_t>(reader.position());
  datagram.after_header = reader.rest();
  return FrameOutcome::kUsed;
}

// The outcome of a transport header and, if used, its length.
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
    if (reader.ok() && header_length < kMinTcpHeader) {
      return {FrameOutcome::kMalformed, 0};
    }
  }
  if (!reader.ok()) return {missing_bytes(frame), 0};
  packet.payload =
      bytes.subspan(std::min<std::size_t>(header_length, bytes.size()));
  return {FrameOutcome::kUsed, header_length};
}

// Sets the payload's length, and drops link padding from the captured payload.
FrameOutcome set_payload_length(std::uint32_t headers, Packet& packet) {
  if (packet.length < headers) return FrameOutcome::kMalformed;
  packet.payload_length = packet.length - headers;
  if (packet.payload.size() > packet.payload_length) {
    packet.payload = packet.payload.first(packet.payload_length);
  }
  return FrameOutcome::kUsed;
}

FrameOutcome read_datagram(const Frame& frame, Bytes bytes, Packet& packet,
                           Datagram& datagram) {
  if (bytes.empty()) return missing_bytes(frame);
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

// Copies the ports of a datagram's first fragment to a later one.
FrameOutcome copy_ports(const FragmentTable& fragments, const FragmentKey& key,
                        Bytes piece, Packet& packet) {
  const auto ports = fragments.find(key, packet.time);
  if (!ports || ports->is_tunnel) return FrameOutcome::kFragmentWithoutPorts;
  packet.source_port = ports->source;
  packet.destination_port = ports->destination;
  packet.tcp_flags = 0;
  packet.tcp_sequence = 0;
  packet.payload = piece.first(0);  // from the middle: no message starts in it
  return FrameOutcome::kUsed;
}

// What a datagram or packet of `length` bytes behind its headers carries. The
// first fragment of a tunnel's packet states the length of all.
Carried carried_by(Bytes bytes, std::size_t length, const Datagram& datagram) {
  if (datagram.is_fragment) return {bytes, kMaxFrameSize, false};
  const Bytes within = bytes.first(std::min(bytes.size(), length));
  return {within, length - within.size()};
}

// The datagram in an IP tunnel's packet.
std::optional<LinkPayload> open_ip(const Packet& packet,
                                   const Datagram& datagram) {
  if (packet.length < datagram.header_length) return std::nullopt;
  return open_ip_tunnel(
      datagram.protocol,
      carried_by(datagram.after_header, packet.length - datagram.header_length,
                 datagram));
}

}  // namespace

FrameOutcome Decoder::decode(const Frame& frame, Packet& packet) noexcept {
  return decode_plain_frame(frame, packet) ? FrameOutcome::kUsed
                                           : decode_any(frame, packet);
}

FrameOutcome Decoder::decode_any(const Frame& frame, Packet& packet) noexcept {
  const std::size_t missing =
      frame.wire_length -
      std::min<std::size_t>(frame.wire_length, frame.bytes.size());
  LinkPayload link = find_datagram(frame.link, frame.bytes, missing);
  for (unsigned opened = 0;; ++opened) {
    if (link.outcome == FrameOutcome::kCutShort) return missing_bytes(frame);
    if (link.outcome != FrameOutcome::kUsed) return link.outcome;
    const bool may_open = view_ == TunnelView::kInner && opened < kMaxTunnels;
    packet.source_station = link.ends.source;
    packet.destination_station = link.ends.destination;
    const auto outcome = decode_datagram(frame, link, packet, may_open);
    if (outcome) return *outcome;
  }
}

std::optional<FrameOutcome> Decoder::decode_datagram(const Frame& frame,
                                                     LinkPayload& link,
                                                     Packet& packet,
                                                     bool may_open) {
  Datagram datagram;
  const FrameOutcome ip_outcome =
      read_datagram(frame, link.datagram, packet, datagram);
  if (ip_outcome != FrameOutcome::kUsed) return ip_outcome;
  if (!is_tcp_or_udp(datagram.protocol)) {
    if (!may_open || !is_ip_tunnel(datagram.protocol)) {
      return FrameOutcome::kNotTcpUdp;
    }
    if (datagram.fragment_offset > 0) {
      return FrameOutcome::kFragmentWithoutPorts;
    }
    const auto inner = open_ip(packet, datagram);
    if (!inner) return FrameOutcome::kNotTcpUdp;
    link = *inner;
    return std::nullopt;
  }
  packet.protocol = static_cast<Protocol>(datagram.protocol);
  packet.time = frame.time;
  packet.datagram_at = static_cast<std::uint16_t>(std::min<std::ptrdiff_t>(
      link.datagram.data() - frame.bytes.data(), Packet::kFarDatagram));

  const FragmentKey key{packet.source, packet.destination,
                        datagram.identification, datagram.protocol};
  if (datagram.fragment_offset > 0) {
    const FrameOutcome outcome =
        copy_ports(fragments_, key, datagram.after_header, packet);
    if (outcome != FrameOutcome::kUsed) return outcome;
    return set_payload_length(datagram.header_length, packet);
  }
  const auto [outcome, transport_header] =
      read_transport(frame, datagram.after_header, packet);
  if (outcome != FrameOutcome::kUsed) return outcome;
  const FrameOutcome fits =
      set_payload_length(datagram.header_length + transport_header, packet);
  std::optional<LinkPayload> inner;
  if (may_open && fits == FrameOutcome::kUsed &&
      packet.protocol == Protocol::kUdp &&
      may_carry_tunnel(packet.source_port, packet.destination_port)) {
    inner = open_udp_tunnel(
        packet.source_port, packet.destination_port,
        carried_by(packet.payload, packet.payload_length, datagram));
  }
  if (datagram.is_fragment) {
    fragments_.remember(
        key, {packet.source_port, packet.destination_port, inner.has_value()},
        packet.time);
  }
  if (!inner) return fits;
  link = *inner;
  return std::nullopt;
}

}  // namespace flowtell
