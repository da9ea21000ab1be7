// SPDX-License-Identifier: Apache-2.0
#include "decode/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

namespace flowtell {
namespace {

// The same text as inet_ntop, whose sprintf would dominate writing a flow.
std::string v4_text(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += '.';
    const fmt::format_int digits(byte);
    text.append(digits.data(), digits.size());
  }
  return text;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  const std::string copy(text);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
    return v4(Bytes(bytes).first(4));
  }
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return v6(bytes);
  return std::nullopt;
}

bool Address::is_v4() const {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                                    0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(bytes.data(), kMapped.data(), kMapped.size()) == 0;
}

std::string Address::text() const {
  if (is_v4()) return v4_text(Bytes(bytes).last(4));
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace flowtell
