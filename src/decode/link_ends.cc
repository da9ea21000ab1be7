// SPDX-License-Identifier: Apache-2.0
#include "decode/link_ends.h"

namespace flowtell {
namespace {

constexpr std::size_t kMac = 6;

Station station_at(Bytes frame, std::size_t at) {
  if (frame.size() < at + kMac) return 0;
  const std::uint8_t* mac = frame.data() + at;
  constexpr std::uint8_t kGroup = 1;  // bit of the first byte
  if ((mac[0] & kGroup) != 0) return 0;
  return Station{load<std::uint16_t>(mac, ByteOrder::kBig)} << 32 |
         load<std::uint32_t>(mac + 2, ByteOrder::kBig);
}

// Of a cooked frame, if its address is a MAC: the type of link (ARPHRD) is
// Ethernet or Wi-Fi, and the address has six bytes.
Station cooked_station(Bytes frame, std::size_t type_at, std::size_t length_at,
                       std::size_t length_size, std::size_t address_at) {
  if (frame.size() < address_at + kMac) return 0;
  const auto type =
      load<std::uint16_t>(frame.data() + type_at, ByteOrder::kBig);
  const std::size_t length = frame[length_at + length_size - 1];
  constexpr std::uint16_t kEther = 1;
  constexpr std::uint16_t kWifi = 801;
  if ((type != kEther && type != kWifi) || length != kMac) return 0;
  return station_at(frame, address_at);
}

}  // namespace

LinkEnds find_link_ends(LinkType link, Bytes frame) noexcept {
  switch (link) {
    case LinkType::kEthernet:
      return {station_at(frame, kMac), station_at(frame, 0)};
    case LinkType::kLinuxSll:
      return {cooked_station(frame, 2, 4, 2, 6), 0};
    case LinkType::kLinuxSll2:
      return {cooked_station(frame, 8, 11, 1, 12), 0};
    default:
      return {};
  }
}

}  // namespace flowtell
