// SPDX-License-Identifier: Apache-2.0
#include "decode/link_ends.h"

namespace flowtell {
namespace {

constexpr std::size_t kMac = 6;

// Of a cooked frame, if its address is a MAC: the type of link (ARPHRD) is
// Ethernet or Wi-Fi, and the address has six bytes.
Station cooked_station(Bytes frame, std::size_t type_at, std::size_t length_at,
                       std::size_t length_size, std::size_t address_at) {
  constexpr std::size_t kAddress = 8;  // with padding
  if (frame.size() < address_at + kAddress) return 0;
  const auto type =
      load<std::uint16_t>(frame.data() + type_at, ByteOrder::kBig);
  const std::size_t length = frame[length_at + length_size - 1];
  constexpr std::uint16_t kEther = 1;
  constexpr std::uint16_t kWifi = 801;
  if ((type != kEther && type != kWifi) || length != kMac) return 0;
  return station_in(
      load<std::uint64_t>(frame.data() + address_at, ByteOrder::kBig));
}

}  // namespace

LinkEnds find_cooked_ends(LinkType link, Bytes frame) noexcept {
  switch (link) {
    case LinkType::kLinuxSll:
      return {cooked_station(frame, 2, 4, 2, 6), 0};
    case LinkType::kLinuxSll2:
      return {cooked_station(frame, 8, 11, 1, 12), 0};
    default:
      return {};
  }
}

}  // namespace flowtell
