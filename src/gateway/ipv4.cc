// SPDX-License-Identifier: Apache-2.0
#include "gateway/ipv4.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"

namespace flowtell {

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
  in_addr address{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) {
    return std::nullopt;
  }
  return Ipv4{ntohl(address.s_addr)};
}

std::string Ipv4::text() const {
  return fmt::format("{}.{}.{}.{}", number >> 24, number >> 16 & 255,
                     number >> 8 & 255, number & 255);
}

std::optional<Ipv4Prefix> Ipv4Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = Ipv4::parse(text.substr(0, slash));
  const auto bits = parse_number<unsigned>(text.substr(slash + 1));
  if (!address || !bits || *bits > 32) return std::nullopt;
  return Ipv4Prefix{*address, *bits};
}

std::string Ipv4Prefix::text() const {
  return fmt::format("{}/{}", address.text(), bits);
}

std::string Ipv4Prefix::network_text() const {
  return fmt::format("{}/{}", network().text(), bits);
}

std::optional<Ipv4Range> Ipv4Range::parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = Ipv4::parse(text.substr(0, dash));
  const auto to = Ipv4::parse(text.substr(dash + 1));
  if (!from || !to) return std::nullopt;
  return Ipv4Range{*from, *to};
}

std::string Ipv4Range::text() const {
  return fmt::format("{}-{}", from.text(), to.text());
}

}  // namespace flowtell
