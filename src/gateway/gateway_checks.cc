// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_checks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/process.h"
#include "base/text.h"
#include "gateway/gateway_text.h"

namespace flowtell {
namespace {

// Shorter prefixes, such as the halves of the internet that a VPN routes, are
// default routes rather than subnets.
constexpr unsigned kMinSubnetBits = 8;

constexpr std::array<std::pair<std::string_view, std::string_view>, 3>
    kPackages = {
        {{"dnsmasq", "dnsmasq-base"}, {"nft", "nftables"}, {"ip", "iproute2"}}};

// `side` is LAN or WAN.
Result<void> check_interface(std::string_view side, const std::string& name,
                             const NetworkState& state) {
  const Interface* interface = state.find(name);
  if (interface == nullptr) {
    std::vector<std::string> names;
    for (const Interface& other : state.interfaces) {
      if (!other.is_loopback) names.push_back(other.name);
    }
    return fail(ErrorKind::kNotFound,
                "the {} interface {} does not exist; available: {}", side, name,
                names.empty() ? "none but the loopback" : listed(names));
  }
  if (interface->is_loopback) {
    return fail(ErrorKind::kSystem,
                "the {} interface {} is the loopback interface; give a network "
                "interface",
                side, name);
  }
  if (!interface->bridge.empty()) {
    return fail(ErrorKind::kSystem,
                "the {} interface {} is a port of {}, which has the addresses; "
                "give {} instead",
                side, name, interface->bridge, interface->bridge);
  }
  return {};
}

Result<void> check_sides(const GatewayOptions& options,
                         const NetworkState& state) {
  if (!state.find(options.lan)->is_ethernet) {
    return fail(ErrorKind::kSystem,
                "the LAN interface {} is not an Ethernet or Wi-Fi interface, "
                "so devices on it cannot get addresses; give another",
                options.lan);
  }
  for (const Route& route : state.routes) {
    if (route.to.bits != 0 || route.interface != options.lan) continue;
    return fail(ErrorKind::kSystem,
                "the LAN interface {} has this machine's default route, so it "
                "is the way to the internet; swap the LAN and the WAN "
                "interface, or give another LAN interface",
                options.lan);
  }
  if (!state.find(options.wan)->is_up) {
    return fail(ErrorKind::kSystem,
                "the WAN interface {} is down; bring it up and give it its "
                "address first, as in 'ip link set {} up'",
                options.wan, options.wan);
  }
  return {};
}

Result<void> check_subnet(const GatewayOptions& options,
                          const NetworkState& state) {
  const auto in_use = [&](const std::string& interface, const std::string& by) {
    return fail(ErrorKind::kSystem,
                "{} is already in use on {} ({}); choose another address for "
                "the gateway, such as 192.168.{}.1/24",
                options.address.network_text(), interface, by,
                options.address.address.number >> 8 == 0xc0a863 ? 98 : 99);
  };
  for (const Interface& interface : state.interfaces) {
    if (interface.name == options.lan) continue;
    for (const Ipv4Prefix& address : interface.addresses) {
      if (!address.overlaps(options.address)) continue;
      return in_use(interface.name, address.text());
    }
  }
  for (const Route& route : state.routes) {
    if (route.interface == options.lan || route.to.bits < kMinSubnetBits ||
        !route.to.overlaps(options.address)) {
      continue;
    }
    return in_use(route.interface, "route to " + route.to.network_text());
  }
  return {};
}

Result<void> check_table(const GatewayOptions& options,
                         const NetworkState& state) {
  const std::string name = table_name(options);
  const auto& tables = state.rules.inet_tables;
  if (std::ranges::find(tables, name) == tables.end()) return {};
  return fail(ErrorKind::kSystem,
              "the nftables table inet {} exists, but no gateway is recorded "
              "on {}; inspect it, then remove it: nft delete table inet {}",
              name, options.lan, name);
}

}  // namespace

Result<void> check_machine(const GatewayOptions& options,
                           const NetworkState& state) {
  auto good = check_interface("LAN", options.lan, state);
  if (good) good = check_interface("WAN", options.wan, state);
  if (good) good = check_sides(options, state);
  if (good) good = check_subnet(options, state);
  if (good) good = check_table(options, state);
  return good;
}

Result<void> check_programs() {
  for (const auto& [program, package] : kPackages) {
    if (find_program(program)) continue;
    return fail(ErrorKind::kSystem,
                "there is no {} on this system; install the package {}: "
                "apt-get install {}",
                program, package, package);
  }
  return {};
}

std::vector<std::string> find_warnings(const GatewayOptions& options,
                                       const NetworkState& state) {
  std::vector<std::string> warnings;
  const Interface& lan = *state.find(options.lan);
  const Interface& wan = *state.find(options.wan);
  if (lan.is_up && !lan.has_carrier) {
    warnings.push_back(fmt::format(
        "{} has no link; check the cable or the access point", lan.name));
  }
  if (wan.addresses.empty()) {
    warnings.push_back(fmt::format(
        "{} has no IPv4 address yet, so devices cannot reach the internet",
        wan.name));
  }
  for (const DroppingChain& chain : state.rules.dropping) {
    if (chain.hook != "forward" && chain.hook != "input") continue;
    warnings.push_back(fmt::format(
        "another firewall (table {}, chain {}) drops by default: let it {} {}",
        chain.table, chain.chain,
        chain.hook == "input" ? "accept DHCP and DNS from"
                              : "forward from and to",
        lan.name));
  }
  return warnings;
}

}  // namespace flowtell
