// SPDX-License-Identifier: Apache-2.0
#include "decode/link_layer.h"

#include <algorithm>

namespace flowtell {
namespace {

// EtherTypes (IEEE 802 Numbers, IANA) and PPP protocols (RFC 1661).
constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint16_t kVlan = 0x8100;
constexpr std::uint16_t kQinQ = 0x88a8;
constexpr std::uint16_t kOldQinQ = 0x9100;
constexpr std::uint16_t kPppoeSession = 0x8864;
constexpr std::uint16_t kPppIpv4 = 0x0021;
constexpr std::uint16_t kPppIpv6 = 0x0057;

LinkPayload payload_if(bool is_ip, const ByteReader& reader) {
  if (!reader.ok()) return {FrameOutcome::kCutShort, {}};
  return {is_ip ? FrameOutcome::kUsed : FrameOutcome::kNotIp, reader.rest()};
}

LinkPayload inside_pppoe(ByteReader reader) {
  reader.skip(6);  // version, code, session, length
  const std::uint16_t protocol = reader.u16();
  return payload_if(protocol == kPppIpv4 || protocol == kPppIpv6, reader);
}

// Reads what follows an EtherType, with the reader positioned after it.
LinkPayload inside_ether_type(std::uint16_t type, ByteReader reader) {
  while (type == kVlan || type == kQinQ || type == kOldQinQ) {
    reader.skip(2);  // priority and VLAN number
    type = reader.u16();
  }
  if (type == kPppoeSession) return inside_pppoe(reader);
  return payload_if(type == kIpv4 || type == kIpv6, reader);
}

LinkPayload inside_ethernet(ByteReader reader) {
  reader.skip(12);  // destination and source
  const std::uint16_t type = reader.u16();
  return inside_ether_type(type, reader);
}

// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
LinkPayload inside_linux_sll(ByteReader reader) {
  reader.skip(14);
  const std::uint16_t type = reader.u16();
  return inside_ether_type(type, reader);
}

// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
LinkPayload inside_linux_sll2(ByteReader reader) {
  const std::uint16_t type = reader.u16();
  reader.skip(18);
  return inside_ether_type(type, reader);
}

// The address family as numbered by the recording system: 2 is IPv4
// everywhere; IPv6 is 10 (Linux), 24, 28 or 30 (the BSDs). The byte order is
// the recorder's too. No family exceeds 16 bits, so a larger value is swapped.
LinkPayload inside_loopback(ByteReader reader) {
  std::uint32_t family = reader.u32();
  if (family > 0xffff) family = swap_bytes(family);
  const bool is_ip = family == 2 || family == 10 || family == 24 ||
                     family == 28 || family == 30;
  return payload_if(is_ip, reader);
}

LinkPayload inside_nflog(Bytes frame) {
  const NflogFrame found = read_nflog(frame);
  if (!found.has_packet) return {FrameOutcome::kNotIp, {}};
  return {FrameOutcome::kUsed, found.packet};
}

// Apple's header begins with its length, the kind of the record and the link
// type of the frame that follows, in little-endian order
// (https://www.tcpdump.org/linktypes/LINKTYPE_PKTAP.html).
LinkPayload inside_pktap(Bytes frame) {
  constexpr std::uint32_t kMinHeader = 108;
  constexpr std::uint32_t kPacket = 1;  // as opposed to no frame
  ByteReader reader(frame, ByteOrder::kLittle);
  const std::uint32_t header = reader.u32();
  const std::uint32_t kind = reader.u32();
  const std::uint32_t link = reader.u32();
  if (!reader.ok()) return {FrameOutcome::kCutShort, {}};
  if (header < kMinHeader) return {FrameOutcome::kMalformed, {}};
  if (kind != kPacket) return {FrameOutcome::kNotIp, {}};
  const auto inner = static_cast<LinkType>(link);
  if (link > UINT16_MAX || inner == LinkType::kPktap) {
    return {FrameOutcome::kUnsupportedLink, {}};
  }
  if (header > frame.size()) return {FrameOutcome::kCutShort, {}};
  return find_datagram(inner, frame.subspan(header));
}

}  // namespace

// The type of an attribute is below 256, so its zero byte shows the byte order,
// which is that of the recorder. The values are in network byte order.
NflogFrame read_nflog(Bytes frame) noexcept {
  constexpr std::size_t kHeader = 4;  // address family, version, resource
  constexpr std::uint16_t kPayload = 9;
  constexpr std::uint16_t kUid = 11;
  constexpr std::uint16_t kTypeMask = 0x3fff;  // without the flags
  constexpr std::uint16_t kAttributeHeader = 4;
  NflogFrame found;
  if (frame.size() < kHeader + kAttributeHeader) return found;
  const ByteOrder order =
      frame[kHeader + 3] == 0 ? ByteOrder::kLittle : ByteOrder::kBig;
  ByteReader reader(frame, order);
  reader.skip(kHeader);
  while (reader.left() >= kAttributeHeader) {
    const std::uint16_t length = reader.u16();
    const std::uint16_t type = reader.u16() & kTypeMask;
    if (length < kAttributeHeader) break;
    const std::size_t size = length - kAttributeHeader;
    const Bytes value = reader.rest().first(std::min(size, reader.left()));
    if (type == kPayload) {
      found.packet = value;
      found.has_packet = true;
    } else if (type == kUid && value.size() == 4) {
      found.uid = load<std::uint32_t>(value.data(), ByteOrder::kBig);
    }
    const std::size_t padded = (size + 3) & ~std::size_t{3};
    reader.skip(std::min(padded, reader.left()));
  }
  return found;
}

LinkPayload find_datagram(LinkType link, Bytes frame) noexcept {
  const ByteReader reader(frame);
  switch (link) {
    case LinkType::kEthernet:
      return inside_ethernet(reader);
    case LinkType::kLinuxSll:
      return inside_linux_sll(reader);
    case LinkType::kLinuxSll2:
      return inside_linux_sll2(reader);
    case LinkType::kNull:
    case LinkType::kLoop:
      return inside_loopback(reader);
    case LinkType::kRaw:
    case LinkType::kRawOpenBsd:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return {FrameOutcome::kUsed, frame};
    case LinkType::kNflog:
      return inside_nflog(frame);
    case LinkType::kPktap:
      return inside_pktap(frame);
  }
  return {FrameOutcome::kUnsupportedLink, {}};
}

}  // namespace flowtell
