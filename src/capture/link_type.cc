// SPDX-License-Identifier: Apache-2.0
#include "capture/frame_source.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace flowtell {
namespace {

constexpr std::pair<LinkType, std::string_view> kNames[] = {
    {LinkType::kNull, "BSD loopback"},
    {LinkType::kEthernet, "Ethernet"},
    {LinkType::kRawOpenBsd, "raw IP"},
    {LinkType::kRaw, "raw IP"},
    {LinkType::kLoop, "OpenBSD loopback"},
    {LinkType::kLinuxSll, "Linux cooked v1"},
    {LinkType::kIpv4, "raw IPv4"},
    {LinkType::kIpv6, "raw IPv6"},
    {LinkType::kNflog, "NFLOG"},
    {LinkType::kPktap, "PKTAP"},
    {LinkType::kLinuxSll2, "Linux cooked v2"},
};

std::string_view known_name(LinkType link) {
  for (const auto& [known, name] : kNames) {
    if (known == link) return name;
  }
  return {};
}

}  // namespace

bool is_known(LinkType link) { return !known_name(link).empty(); }

std::string link_type_name(LinkType link) {
  const std::string_view name = known_name(link);
  return fmt::format("{} (link type {})", name.empty() ? "unsupported" : name,
                     static_cast<unsigned>(link));
}

}  // namespace flowtell
