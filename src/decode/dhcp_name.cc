// SPDX-License-Identifier: Apache-2.0
#include "decode/dhcp_name.h"

#include "base/bytes.h"

namespace flowtell {
namespace {

constexpr std::uint8_t kRequest = 1;   // op: from a client
constexpr std::uint8_t kEthernet = 1;  // htype
constexpr std::uint8_t kMacLength = 6;
constexpr std::size_t kHardwareAt = 28;
constexpr std::size_t kCookieAt = 236;
constexpr std::uint32_t kCookie = 0x63825363;
constexpr std::uint8_t kPad = 0;
constexpr std::uint8_t kHostName = 12;
constexpr std::uint8_t kEndOption = 255;

}  // namespace

std::optional<DhcpName> find_dhcp_name(const Packet& packet) noexcept {
  if (!is_to_dhcp_server(packet) ||
      packet.payload.size() < kCookieAt + sizeof kCookie) {
    return std::nullopt;
  }
  const Bytes message = packet.payload;
  if (message[0] != kRequest || message[1] != kEthernet ||
      message[2] != kMacLength) {
    return std::nullopt;
  }
  DhcpName found;
  found.station = station_in(
      load<std::uint64_t>(message.data() + kHardwareAt, ByteOrder::kBig));
  ByteReader options(message.subspan(kCookieAt));
  if (options.read<std::uint32_t>() != kCookie) return std::nullopt;
  while (options.left() > 0) {
    const auto code = options.read<std::uint8_t>();
    if (code == kEndOption) break;
    if (code == kPad) continue;
    const auto length = options.read<std::uint8_t>();
    const Bytes value = options.take(length);
    if (!options.ok()) break;
    if (code != kHostName) continue;
    const auto name = HostName::from(as_text(value));
    if (!name || name->empty() || found.station == 0) return std::nullopt;
    found.name = *name;
    return found;
  }
  return std::nullopt;
}

}  // namespace flowtell
