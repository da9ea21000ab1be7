// SPDX-License-Identifier: Apache-2.0
//
// IPv4 addresses as numbers, for subnet arithmetic.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowtell {

struct Ipv4 {
  std::uint32_t number = 0;  // 192.168.12.1 as 0xc0a80c01

  // "192.168.12.1"; empty if the text is not an address.
  static std::optional<Ipv4> parse(std::string_view text);
  std::string text() const;

  auto operator<=>(const Ipv4&) const = default;
};

// An address within its subnet.
struct Ipv4Prefix {
  Ipv4 address;
  unsigned bits = 32;  // 0 to 32

  // "192.168.12.1/24"; empty if the text is not of this form.
  static std::optional<Ipv4Prefix> parse(std::string_view text);
  std::string text() const;
  // "192.168.12.0/24"
  std::string network_text() const;

  std::uint32_t mask() const { return bits == 0 ? 0 : ~0u << (32 - bits); }
  Ipv4 network() const { return {address.number & mask()}; }
  Ipv4 broadcast() const { return {address.number | ~mask()}; }
  bool holds(Ipv4 other) const {
    return (other.number & mask()) == network().number;
  }
  // Whether the two subnets share an address.
  bool overlaps(const Ipv4Prefix& other) const {
    return holds(other.network()) || other.holds(network());
  }

  bool operator==(const Ipv4Prefix&) const = default;
};

// The addresses from `from` to `to`, both included.
struct Ipv4Range {
  Ipv4 from;
  Ipv4 to;

  // "192.168.12.100-192.168.12.200"; empty if the text is not of this form.
  static std::optional<Ipv4Range> parse(std::string_view text);
  std::string text() const;

  bool holds(Ipv4 address) const { return from <= address && address <= to; }

  bool operator==(const Ipv4Range&) const = default;
};

}  // namespace flowtell
