// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "decode/ether_type.h"
#include "decode/link_layer.h"

namespace flowtell {

// The type of an attribute is below 256, so its zero byte shows the byte order,
// which is that of the recorder. The values are in network byte order.
NflogFrame read_nflog(Bytes frame) noexcept {
  constexpr std::size_t kHeader = 4;  // address family, version, resource
  constexpr std::uint16_t kPacketHeader = 1;  // begins with the EtherType
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
    } else if (type == kPacketHeader && value.size() >= 2) {
      const auto protocol = load<std::uint16_t>(value.data(), ByteOrder::kBig);
      found.is_ip = protocol == kEtherIpv4 || protocol == kEtherIpv6;
    } else if (type == kUid && value.size() == 4) {
      found.uid = load<std::uint32_t>(value.data(), ByteOrder::kBig);
    }
    const std::size_t padded = (size + 3) & ~std::size_t{3};
    reader.skip(std::min(padded, reader.left()));
  }
  return found;
}

}  // namespace flowtell
