// SPDX-License-Identifier: Apache-2.0
#include "decode/tunnel.h"

#include "decode/ether_type.h"

namespace flowtell {
namespace {

using Found = std::optional<Encapsulated>;

constexpr TunnelInfo kTunnels[] = {
    {"IPv4 and IPv6 in IP", "protocols 4, 41",
     "IPIP, 6in4, 4in6 (RFC 2003, "
     "4213, 2473)",
     "Tunnels.OpenEveryKind"},
    {"GRE", "protocol 47",
     "version 0 (RFC 2784, 2890): IP, Ethernet, MPLS, "
     "service headers, WCCP; version 1 (RFC 2637): PPP",
     "Tunnels.OpenGre"},
    {"ERSPAN", "in GRE", "types I, II, III", "Tunnels.OpenErspan"},
    {"EtherIP", "protocol 97", "RFC 3378", "Tunnels.OpenEveryKind"},
    {"MPLS in IP, in UDP", "protocol 137; port 6635", "RFC 4023, 7510",
     "Tunnels.OpenEveryKind"},
    {"GRE in UDP", "port 4754", "RFC 8086", "Tunnels.OpenEveryKind"},
    {"VXLAN", "ports 4789, 8472", "RFC 7348, with group policy",
     "Tunnels.OpenVxlan"},
    {"VXLAN-GPE", "port 4790", "IP, Ethernet, MPLS, service headers",
     "Tunnels.OpenVxlan"},
    {"GENEVE", "port 6081", "RFC 8926, with options", "Tunnels.OpenGeneve"},
    {"GTP-U", "port 2152",
     "version 1 with extension headers "
     "(3GPP TS 29.281)",
     "Tunnels.OpenGtp"},
    {"TZSP", "port 37008", "Ethernet, 802.11", "Tunnels.OpenTzsp"},
    {"L2TP", "port 1701", "version 2 (RFC 2661)", "Tunnels.OpenL2tp"},
    {"Teredo", "port 3544", "RFC 4380", "Tunnels.OpenTeredo"},
};

constexpr std::string_view kTags = "EtherTypes.AreFollowed";
constexpr TunnelInfo kEthernetPayloads[] = {
    {"VLAN tags", "`8100`, `88a8`, `9100`, `9200`", "any number",
     "LinkLayer.FindsTheDatagramAfterEveryLinkHeader"},
    {"PPPoE", "`8864`", "RFC 2516",
     "LinkLayer.FindsTheDatagramAfterEveryLinkHeader"},
    {"LLC and SNAP", "a length, or `8870`", "RFC 1042", kTags},
    {"MPLS", "`8847`, `8848`", "IP; Ethernet with or without control word",
     "EtherTypes.MplsHoldsIpOrEthernet"},
    {"provider backbone bridges", "`88e7`", "802.1ah", kTags},
    {"Cisco metadata", "`8909`", "one option", kTags},
    {"switch tags", "`893f`, `8926`, `f1c1`", "802.1BR, VN-Tag, 802.1CB",
     kTags},
    {"MACsec", "`88e5`", "without encryption",
     "EtherTypes.MacsecIsReadWhereItIsClear"},
    {"service header", "`894f`", "RFC 8300", kTags},
};

// The bytes that the reader has left.
Encapsulated rest_of(const ByteReader& reader, Inside kind,
                     const Carried& carried) {
  return {kind, reader.rest(), carried.missing};
}

Encapsulated typed_rest(const ByteReader& reader, std::uint16_t type,
                        const Carried& carried) {
  return {Inside::kEtherType, reader.rest(), carried.missing, type};
}

Found plausible(const Found& inner) {
  return inner && is_plausible(*inner) ? inner : std::nullopt;
}

// Mirrored traffic (draft-foschiano-erspan). Type I has no header of its own
// and no sequence number in GRE.
Found erspan(ByteReader reader, std::uint16_t type, bool has_sequence,
             const Carried& carried) {
  constexpr unsigned kIpFrame = 2;
  Inside kind = Inside::kEthernet;
  if (type == kEtherErspan3) {
    reader.skip(10);
    const unsigned flags = reader.u16();
    if ((flags & 1) != 0) reader.skip(8);  // about the platform
    if ((flags >> 10 & 0x1f) == kIpFrame) kind = Inside::kIp;
  } else if (has_sequence) {
    reader.skip(8);
  }
  if (!reader.ok()) return std::nullopt;
  return rest_of(reader, kind, carried);
}

// Where the packet may be preceded by a header of 4 bytes, the version shows
// it (WCCP version 2).
Found redirected(ByteReader reader, const Carried& carried) {
  if (reader.left() > 0 && reader.rest()[0] >> 4 != 4) reader.skip(4);
  return rest_of(reader, Inside::kIp, carried);
}

// RFC 2784 and 2890; RFC 2637 for version 1. Routing (RFC 1701) is obsolete.
Found gre(const Carried& carried) {
  constexpr unsigned kChecksum = 0x8000;
  constexpr unsigned kKey = 0x2000;
  constexpr unsigned kSequence = 0x1000;
  constexpr unsigned kAcknowledgement = 0x0080;
  constexpr unsigned kVersion = 7;
  constexpr unsigned kUnused0 = 0x4ff8;
  constexpr unsigned kUnused1 = 0xcf78;
  ByteReader reader(carried.bytes);
  const unsigned flags = reader.u16();
  const std::uint16_t type = reader.u16();
  const bool is_ppp = (flags & kVersion) == 1;
  if (is_ppp ? (flags & kUnused1) != 0 || type != kEtherPpp
             : (flags & kUnused0) != 0 || (flags & kVersion) != 0) {
    return std::nullopt;
  }
  for (const unsigned field : {kChecksum, kKey, kSequence, kAcknowledgement}) {
    if ((flags & field) != 0) reader.skip(4);
  }
  if (!reader.ok()) return std::nullopt;
  if (is_ppp) {
    if ((flags & kSequence) == 0) return std::nullopt;  // acknowledges only
    return rest_of(reader, Inside::kPpp, carried);
  }
  switch (type) {
    case kEtherIpv4:
    case kEtherIpv6:
    case kEtherBridged:
    case kEtherMpls:
    case kEtherMplsMulticast:
    case kEtherService:
      return typed_rest(reader, type, carried);
    case kEtherErspan:
    case kEtherErspan3:
      return erspan(reader, type, (flags & kSequence) != 0, carried);
    case kEtherRedirected:
      return redirected(reader, carried);
    default:
      return std::nullopt;
  }
}

// RFC 3378.
Found ether_ip(const Carried& carried) {
  constexpr std::uint16_t kVersion3 = 0x3000;
  ByteReader reader(carried.bytes);
  if (reader.u16() != kVersion3) return std::nullopt;
  return rest_of(reader, Inside::kEthernet, carried);
}

// RFC 7348; draft-smith-vxlan-group-policy.
Found vxlan(const Carried& carried) {
  constexpr unsigned kNetwork = 0x08;
  constexpr unsigned kPolicy = 0x80;
  ByteReader reader(carried.bytes);
  const unsigned flags = reader.u8();
  const unsigned more = reader.u8();
  const unsigned group = reader.u16();
  const std::uint32_t network = reader.u32();
  const bool has_policy = flags == (kNetwork | kPolicy);
  if (!reader.ok() || (network & 0xff) != 0) return std::nullopt;
  if (!has_policy && (flags != kNetwork || more != 0 || group != 0)) {
    return std::nullopt;
  }
  if ((more & ~0x48u) != 0) return std::nullopt;
  return rest_of(reader, Inside::kEthernet, carried);
}

// draft-ietf-nvo3-vxlan-gpe.
Found vxlan_gpe(const Carried& carried) {
  constexpr unsigned kNetworkAndProtocol = 0x0c;
  ByteReader reader(carried.bytes);
  const unsigned flags = reader.u8();
  const unsigned reserved = reader.u16();
  const unsigned next = reader.u8();
  const std::uint32_t network = reader.u32();
  if (!reader.ok() || (flags & ~2u) != kNetworkAndProtocol || reserved != 0 ||
      (network & 0xff) != 0) {
    return std::nullopt;
  }
  switch (next) {
    case 1:
      return typed_rest(reader, kEtherIpv4, carried);
    case 2:
      return typed_rest(reader, kEtherIpv6, carried);
    case 3:
      return rest_of(reader, Inside::kEthernet, carried);
    case 4:
      return typed_rest(reader, kEtherService, carried);
    case 5:
      return typed_rest(reader, kEtherMpls, carried);
    default:
      return std::nullopt;
  }
}

// RFC 8926.
Found geneve(const Carried& carried) {
  ByteReader reader(carried.bytes);
  const unsigned options = reader.u8();
  const unsigned flags = reader.u8();
  const std::uint16_t type = reader.u16();
  const std::uint32_t network = reader.u32();
  if (options >> 6 != 0 || (flags & 0x3f) != 0 || (network & 0xff) != 0) {
    return std::nullopt;
  }
  reader.skip(options * std::size_t{4});
  if (!reader.ok()) return std::nullopt;
  return typed_rest(reader, type, carried);
}

// 3GPP TS 29.281: version 1, a user's packet. The length counts from the
// optional fields on.
Found gtp(const Carried& carried) {
  constexpr unsigned kVersion1 = 0x30;  // and "GTP", as opposed to charging
  constexpr unsigned kOptional = 0x07;
  constexpr unsigned kExtended = 0x04;
  constexpr unsigned kUserPacket = 255;
  constexpr std::size_t kHeader = 8;
  ByteReader reader(carried.bytes);
  const unsigned flags = reader.u8();
  const unsigned type = reader.u8();
  const std::size_t length = reader.u16();
  reader.skip(4);  // tunnel
  if (!reader.ok() || (flags & ~kOptional) != kVersion1 ||
      type != kUserPacket || !carried.has_length(kHeader + length)) {
    return std::nullopt;
  }
  unsigned next = 0;
  if ((flags & kOptional) != 0) {
    reader.skip(3);
    next = reader.u8();
    if ((flags & kExtended) == 0) next = 0;
  }
  while (next != 0) {
    const std::size_t size = reader.u8() * std::size_t{4};
    if (!reader.ok() || size == 0) return std::nullopt;
    reader.skip(size - 2);
    next = reader.u8();
  }
  if (!reader.ok()) return std::nullopt;
  return rest_of(reader, Inside::kIp, carried);
}

// Mikrotik's and others' sniffers: version 1, a received or sent frame, its
// link, then tags.
Found tzsp(const Carried& carried) {
  constexpr unsigned kPadding = 0;
  constexpr unsigned kLastTag = 1;
  ByteReader reader(carried.bytes);
  const unsigned version = reader.u8();
  const unsigned type = reader.u8();
  const unsigned link = reader.u16();
  if (version != 1 || type > 1) return std::nullopt;
  for (unsigned tag = reader.u8(); tag != kLastTag; tag = reader.u8()) {
    if (tag != kPadding) reader.skip(reader.u8());
    if (!reader.ok()) return std::nullopt;
  }
  switch (link) {
    case 1:
      return rest_of(reader, Inside::kEthernet, carried);
    case 18:
      return rest_of(reader, Inside::kWifi, carried);
    case 119:
    case 127:
      return rest_of(reader, Inside::kWifiWithPrism, carried);
    default:
      return std::nullopt;
  }
}

// RFC 2661: a message of data, version 2.
Found l2tp(const Carried& carried) {
  constexpr unsigned kLength = 0x4000;
  constexpr unsigned kSequence = 0x0800;
  constexpr unsigned kOffset = 0x0200;
  constexpr unsigned kPriority = 0x0100;
  constexpr unsigned kVersion2 = 2;
  ByteReader reader(carried.bytes);
  const unsigned flags = reader.u16();
  if ((flags & ~(kLength | kSequence | kOffset | kPriority)) != kVersion2) {
    return std::nullopt;
  }
  if ((flags & kLength) != 0 && !carried.has_length(reader.u16())) {
    return std::nullopt;
  }
  reader.skip(4);  // tunnel and session
  if ((flags & kSequence) != 0) reader.skip(4);
  if ((flags & kOffset) != 0) reader.skip(reader.u16());
  if (!reader.ok()) return std::nullopt;
  return rest_of(reader, Inside::kPpp, carried);
}

// RFC 4380: perhaps authentication and origin, then IPv6 with an address of
// Teredo that fills the packet.
Found teredo(const Carried& carried) {
  constexpr std::uint16_t kOrigin = 0;
  constexpr std::uint16_t kAuthentication = 1;
  constexpr std::uint32_t kPrefix = 0x20010000;
  constexpr std::size_t kHeader = 40;
  ByteReader reader(carried.bytes);
  ByteReader ahead = reader;
  if (ahead.u16() == kAuthentication) {
    const std::size_t client = ahead.u8();
    const std::size_t value = ahead.u8();
    ahead.skip(client + value + 9);
    reader = ahead;
  }
  ahead = reader;
  if (ahead.u16() == kOrigin) {
    ahead.skip(6);
    reader = ahead;
  }
  if (!reader.ok() || reader.left() < kHeader) return std::nullopt;
  const Bytes inner = reader.rest();
  const auto prefix_at = [&](std::size_t at) {
    return load<std::uint32_t>(&inner[at], ByteOrder::kBig);
  };
  const std::size_t length = load<std::uint16_t>(&inner[4], ByteOrder::kBig);
  if (inner[0] >> 4 != 6 ||
      !carried.has_length(reader.position() + kHeader + length) ||
      (prefix_at(8) != kPrefix && prefix_at(24) != kPrefix)) {
    return std::nullopt;
  }
  return rest_of(reader, Inside::kIp, carried);
}

Found open_port(Port port, const Carried& carried) {
  const ByteReader reader(carried.bytes);
  switch (port) {
    case 1701:
      return plausible(l2tp(carried));
    case 2152:
      return plausible(gtp(carried));
    case 3544:
      return teredo(carried);
    case 4754:
      return plausible(gre(carried));
    case 4789:
    case 8472:
      return plausible(vxlan(carried));
    case 4790:
      return plausible(vxlan_gpe(carried));
    case 6081:
      return plausible(geneve(carried));
    case 37008:
      return plausible(tzsp(carried));
    default:
      return std::nullopt;
  }
}

// Labels prove little, so what follows them must be IP or Ethernet.
std::optional<LinkPayload> open_mpls_port(const Carried& carried) {
  const LinkPayload found =
      find_datagram({Inside::kMpls, carried.bytes, carried.missing});
  if (found.outcome != FrameOutcome::kUsed ||
      !is_plausible({Inside::kIp, found.datagram, carried.missing})) {
    return std::nullopt;
  }
  return found;
}

}  // namespace

std::span<const TunnelInfo> tunnels() { return kTunnels; }
std::span<const TunnelInfo> ethernet_payloads() { return kEthernetPayloads; }

std::optional<LinkPayload> open_ip_tunnel(std::uint8_t protocol,
                                          const Carried& carried) noexcept {
  const ByteReader reader(carried.bytes);
  Found inner;
  switch (protocol) {
    case kIpv4InIp:
      inner = typed_rest(reader, kEtherIpv4, carried);
      break;
    case kIpv6InIp:
      inner = typed_rest(reader, kEtherIpv6, carried);
      break;
    case kGre:
      inner = gre(carried);
      break;
    case kEtherIp:
      inner = ether_ip(carried);
      break;
    case kMplsInIp:
      inner = rest_of(reader, Inside::kMpls, carried);
      break;
    default:
      break;
  }
  if (!inner) return std::nullopt;
  return find_datagram(*inner);
}

std::optional<LinkPayload> open_udp_tunnel(Port source, Port destination,
                                           const Carried& carried) noexcept {
  for (const Port port : {destination, source}) {
    constexpr Port kMplsPort = 6635;
    if (port == kMplsPort) {
      if (auto found = open_mpls_port(carried)) return found;
    } else if (const Found inner = open_port(port, carried)) {
      return find_datagram(*inner);
    }
  }
  return std::nullopt;
}

}  // namespace flowtell
