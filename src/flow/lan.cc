// SPDX-License-Identifier: Apache-2.0
#include "flow/lan.h"

#include "base/text.h"

namespace flowtell {

Lan::Lan() : Lan(*parse(kDefault)) {}

bool Lan::Prefix::contains(const Address& address) const {
  const unsigned whole = bits / 8;
  if (std::memcmp(address.bytes.data(), network.bytes.data(), whole) != 0) {
    return false;
  }
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xff00u >> (bits % 8);
  return ((address.bytes[whole] ^ network.bytes[whole]) & mask & 0xff) == 0;
}

Result<Lan::Prefix> Lan::parse_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto network = Address::parse(text.substr(0, slash));
  const unsigned max_bits = network && network->is_v4() ? 32 : 128;
  std::optional<unsigned> bits = max_bits;
  if (slash != std::string_view::npos) {
    bits = parse_number<unsigned>(text.substr(slash + 1));
  }
  if (!network || !bits || *bits > max_bits) {
    return fail(
        ErrorKind::kUsage,
        "'{}' is not a network; write it as 192.168.12.0/24 or fd00::/8", text);
  }
  return Prefix{*network, *bits + (128 - max_bits)};
}

Result<Lan> Lan::parse(std::string_view text) {
  Lan lan{NoPrefixes{}};
  for (const std::string_view part : split(text, ',')) {
    auto prefix = parse_prefix(part);
    if (!prefix) return fail(std::move(prefix).error());
    lan.prefixes_.push_back(*prefix);
  }
  return lan;
}

}  // namespace flowtell
