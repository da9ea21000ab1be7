// SPDX-License-Identifier: Apache-2.0
#include "decode/link_layer.h"

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

}  // namespace

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
  }
  return {FrameOutcome::kUnsupportedLink, {}};
}

}  // namespace flowtell
