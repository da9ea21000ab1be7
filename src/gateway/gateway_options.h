// SPDX-License-Identifier: Apache-2.0
//
// What a gateway is asked to be, and the nonsense that can be told from the
// asking alone. What depends on the machine is told by gateway_checks.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/ipv4.h"
#include "report/json.h"

namespace flowtell {

// The range of leases where none is given: .100 to .200 where the subnet has
// them, as the classic 192.168.12.0/24 does, and else the larger part of the
// subnet before or after the gateway itself.
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

// Refuses a name that nft, dnsmasq or a path could take for more than a name.
// `option`: what gave it, for the sentence.
Result<void> check_interface_name(std::string_view option,
                                  std::string_view name);

// Refuses what cannot be: one interface for both sides, a range outside the
// subnet, names that the programs behind this would not take as they are.
Result<void> check_options(const GatewayOptions& options);

// The options as words of a command line that gives the same gateway again,
// defaults left out: {"--lan", "wlan0", "--wan", "eth0"}.
std::vector<std::string> words_of(const GatewayOptions& options);

// For the journal.
Json options_json(const GatewayOptions& options);
Result<GatewayOptions> options_from_json(const Json& json);

}  // namespace flowtell
