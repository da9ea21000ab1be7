// SPDX-License-Identifier: Apache-2.0
//
// An IP address of either version in 16 bytes. Version 4 is stored as the
// IPv4-mapped ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), which never appears in
// version 6 packets.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace flowtell {

using Port = std::uint16_t;

struct Address {
  std::array<std::uint8_t, 16> bytes{};

  // REQUIRES: 4 bytes.
  static Address v4(Bytes bytes) {
    Address address;
    address.bytes[10] = address.bytes[11] = 0xff;
    std::memcpy(&address.bytes[12], bytes.data(), 4);
    return address;
  }
  // REQUIRES: 16 bytes.
  static Address v6(Bytes bytes) {
    Address address;
    std::memcpy(address.bytes.data(), bytes.data(), 16);
    return address;
  }
  // "192.168.12.100", "fe80::1"; nullopt if the text is neither.
  static std::optional<Address> parse(std::string_view text);

  bool is_v4() const;
  std::string text() const;

  auto operator<=>(const Address&) const = default;
};

}  // namespace flowtell
