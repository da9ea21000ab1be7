// SPDX-License-Identifier: Apache-2.0
//
// What the system says of its network: interfaces, addresses, routes, tables
// of rules. Asked of iproute2 and nft in their JSON, for these speak for the
// network namespace that this process is in, whatever the kernel's version.
//
// A snapshot: nothing here changes anything, and nothing is remembered.
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
  std::string bridge;  // that it is a port of, or another master; empty: none
  std::string mac;
  bool is_up = false;        // switched on
  bool has_carrier = false;  // a cable or a radio link is there
  bool is_loopback = false;
  bool is_ethernet = false;
  std::vector<Ipv4Prefix> addresses;
};

struct Route {
  Ipv4Prefix to;  // 0.0.0.0/0 is the default route
  std::string interface;
};

// A chain of rules that drops what none of its rules let pass.
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

// The whole of it. Rules are left out where this process may not see them.
Result<NetworkState> read_network_state();

// What `ip -j -d addr`, `ip -j -4 route show table all` and `nft -j list
// chains` with `list tables` print, read.
Result<std::vector<Interface>> parse_interfaces(std::string_view json);
Result<std::vector<Route>> parse_routes(std::string_view json);
Result<Ruleset> parse_ruleset(std::string_view tables, std::string_view chains);

// A file of /proc as it is, or nothing where it is absent.
std::optional<std::string> read_proc(const std::string& path);

}  // namespace flowtell
