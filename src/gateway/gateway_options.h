// SPDX-License-Identifier: Apache-2.0
//
// The options of a gateway, and the checks that need only the options.
// gateway_checks.h has those that depend on the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/ipv4.h"
#include "report/json.h"

namespace flowtell {

// The default lease range: .100 to .200 if the subnet has them, as in
// 192.168.12.0/24, else the larger part of the subnet before or after the
// gateway's address.
Ipv4Range lease_range(const Ipv4Prefix& address);

struct GatewayOptions {
  std::string lan;  // the interface that devices are on
  std::string wan;  // the interface that leads to the internet
  Ipv4Prefix address{{0xc0a80c01}, 24};  // the gateway's own on the LAN
  std::optional<Ipv4Range> dhcp;         // leases; unset: lease_range(address)
  std::uint32_t lease_seconds = 43'200;
  std::optional<Ipv4> dns;     // unset: the gateway itself, which forwards
  std::string domain = "lan";  // of the devices' names
  bool ipv6 = false;           // forward IPv6 as well

  Ipv4Range leases() const { return dhcp ? *dhcp : lease_range(address); }
  bool serves_dns() const { return !dns || *dns == address.address; }

  bool operator==(const GatewayOptions&) const = default;
};

// Refuses a name that nft, dnsmasq or a path could interpret. `side`, LAN or
// WAN, is named in the message.
Result<void> check_interface_name(std::string_view side, std::string_view name);

// Refuses inconsistent options: one interface for both sides, a range outside
// the subnet, names that the programs do not accept.
Result<void> check_options(const GatewayOptions& options);

// The command-line words that give the same gateway, without defaults:
// {"--lan", "wlan0", "--wan", "eth0"}.
std::vector<std::string> command_line_of(const GatewayOptions& options);

// For the journal.
Json options_json(const GatewayOptions& options);
Result<GatewayOptions> options_from_json(const Json& json);

}  // namespace flowtell
