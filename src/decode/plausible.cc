// SPDX-License-Identifier: Apache-2.0
//
// Checks of what stands behind headers that do not prove themselves: MPLS
// labels, and UDP ports that other programs may use.
#include "decode/ether_type.h"
#include "decode/link_layer.h"

namespace flowtell {
namespace {

// The part that was captured, and the length that was sent.
struct Extent {
  Bytes bytes;
  std::size_t sent;
};

Extent behind(const Extent& all, std::size_t count) {
  return {all.bytes.subspan(count), all.sent - count};
}

bool may_be_ipv4(const Extent& all) {
  constexpr std::size_t kHeader = 20;
  const std::size_t header = (all.bytes[0] & 0x0fu) * std::size_t{4};
  if (header < kHeader || header > all.sent) return false;
  if (all.bytes.size() < 4) return true;
  const std::size_t length =
      load<std::uint16_t>(&all.bytes[2], ByteOrder::kBig);
  // Offload joins datagrams and states no length where it has 16 bits only.
  if (length == 0) return all.sent > UINT16_MAX;
  return length >= header && length <= all.sent;
}

bool may_be_ipv6(const Extent& all) {
  constexpr std::size_t kHeader = 40;
  constexpr std::uint8_t kNoNext = 59;
  if (all.sent < kHeader) return false;
  if (all.bytes.size() < 7) return true;
  const std::size_t length =
      load<std::uint16_t>(&all.bytes[4], ByteOrder::kBig);
  if (length == 0) {
    return all.bytes[6] == kNoNext || all.sent > UINT16_MAX;
  }
  return kHeader + length <= all.sent;
}

// `version` 0 is any.
bool may_be_ip(const Extent& all, unsigned version = 0) {
  if (all.bytes.empty()) return false;
  const unsigned found = all.bytes[0] >> 4;
  if (version != 0 && found != version) return false;
  if (found == 4) return may_be_ipv4(all);
  return found == 6 && may_be_ipv6(all);
}

bool may_be_arp(const Extent& all) {
  constexpr std::uint32_t kEthernetAndIpv4 = 0x00010800;
  return all.bytes.size() >= 4 &&
         load<std::uint32_t>(all.bytes.data(), ByteOrder::kBig) ==
             kEthernetAndIpv4;
}

bool may_follow(std::uint16_t type, Extent all) {
  while (type == kEtherVlan || type == kEtherQinQ) {
    constexpr std::size_t kTag = 4;
    if (all.bytes.size() < kTag) return false;
    type = load<std::uint16_t>(&all.bytes[2], ByteOrder::kBig);
    all = behind(all, kTag);
  }
  switch (type) {
    case kEtherIpv4:
      return may_be_ip(all, 4);
    case kEtherIpv6:
      return may_be_ip(all, 6);
    case kEtherArp:
      return may_be_arp(all);
    case kEtherMpls:
    case kEtherMplsMulticast:
    case kEtherPppoeDiscovery:
    case kEtherPppoe:
    case kEtherSlow:
    case kEtherPortAccess:
    case kEtherNeighbours:
    case kEtherMacsec:
    case kEtherBackbone:
    case kEtherTime:
    case kEtherCiscoMetadata:
    case kEtherVnTag:
    case kEtherPortExtension:
    case kEtherService:
    case kEtherLoop:
      return true;
    default:
      return type >= 3 && type <= kMaxLlcLength && type <= all.sent;
  }
}

bool may_be_ethernet(const Extent& all) {
  constexpr std::size_t kHeader = 14;
  constexpr std::size_t kSource = 6;
  if (all.bytes.size() < kHeader) return false;
  const bool is_from_group = (all.bytes[kSource] & 1) != 0;
  return !is_from_group &&
         may_follow(load<std::uint16_t>(&all.bytes[12], ByteOrder::kBig),
                    behind(all, kHeader));
}

bool may_be_ppp(const Extent& all) {
  ByteReader reader(all.bytes);
  if (all.bytes.size() > 2 && all.bytes[0] == 0xff && all.bytes[1] == 3) {
    reader.skip(2);
  }
  const std::uint16_t protocol = reader.u16();
  if (!reader.ok()) return false;
  const Extent rest = behind(all, reader.position());
  if (protocol == 0x0021) return may_be_ip(rest, 4);
  return protocol == 0x0057 && may_be_ip(rest, 6);
}

}  // namespace

bool is_plausible(const Encapsulated& inner) noexcept {
  const Extent all{inner.bytes, inner.bytes.size() + inner.missing};
  switch (inner.kind) {
    case Inside::kIp:
      return may_be_ip(all);
    case Inside::kEthernet:
      return may_be_ethernet(all);
    case Inside::kEtherType:
      return inner.ether_type == kEtherBridged
                 ? may_be_ethernet(all)
                 : may_follow(inner.ether_type, all);
    case Inside::kPpp:
      return may_be_ppp(all);
    case Inside::kWifi:
      return !inner.bytes.empty() && (inner.bytes[0] & 3) == 0;
    case Inside::kMpls:
    case Inside::kWifiWithPrism:
      return inner.bytes.size() >= 4;
  }
  return false;
}

}  // namespace flowtell
