// SPDX-License-Identifier: Apache-2.0
//
// A snapshot of the network: interfaces, addresses, routes and nftables tables.
// It is read from the JSON output of iproute2 and nft, which covers this
// process's network namespace on any kernel version.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/ipv4.h"

namespace flowtell {

struct Interface {
  std::string name;
  std::string bridge;  // or other master of this port; empty: none
  std::string mac;
  bool is_up = false;        // administratively up
  bool has_carrier = false;  // has a link
  bool is_loopback = false;
  bool is_ethernet = false;
  std::vector<Ipv4Prefix> addresses;
};

struct Route {
  Ipv4Prefix to;  // 0.0.0.0/0 is the default route
  std::string interface;
};

// A chain with the policy drop.
struct DroppingChain {
  std::string table;  // "ip filter"
  std::string chain;
  std::string hook;  // "forward", "input"
};

struct Ruleset {
  std::vector<std::string> inet_tables;
  std::vector<DroppingChain> dropping;
};

struct NetworkState {
  std::vector<Interface> interfaces;
  std::vector<Route> routes;
  Ruleset rules;

  const Interface* find(std::string_view name) const;
};

// Reads the snapshot. Rules are omitted without CAP_NET_ADMIN.
Result<NetworkState> read_network_state();

// Parse the output of `ip -j -d addr`, `ip -j -4 route show table all`, and
// `nft -j list tables` and `list chains`.
Result<std::vector<Interface>> parse_interfaces(std::string_view json);
Result<std::vector<Route>> parse_routes(std::string_view json);
Result<Ruleset> parse_ruleset(std::string_view tables, std::string_view chains);

// The content of a file in /proc; empty if it is absent.
std::optional<std::string> read_proc(const std::string& path);

}  // namespace flowtell
