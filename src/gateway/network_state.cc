// SPDX-License-Identifier: Apache-2.0
#include "gateway/network_state.h"

#include <algorithm>

#include "base/file.h"
#include "base/process.h"
#include "confine/privilege.h"
#include "report/json.h"

namespace flowtell {
namespace {

Result<Json> parse(std::string_view text, std::string_view program) {
  Json json = Json::parse(text, nullptr, false);
  // Older iproute2 prints nothing for an empty list.
  if (text.find_first_not_of(" \n") == std::string_view::npos) {
    return Json::array();
  }
  if (json.is_discarded()) {
    return fail(ErrorKind::kSystem,
                "{} printed no JSON; install its version of Debian 11 or "
                "later",
                program);
  }
  return json;
}

// The items of a list in an object; empty if it has no such list.
const Json& list_at(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

bool has_flag(const Json& link, std::string_view flag) {
  const Json& flags = list_at(link, "flags");
  return std::ranges::any_of(flags,
                             [&](const Json& one) { return one == flag; });
}

Interface interface_of(const Json& link) {
  Interface interface;
  interface.name = text_at(link, "ifname");
  interface.bridge = text_at(link, "master");
  interface.mac = text_at(link, "address");
  interface.is_up = has_flag(link, "UP");
  interface.has_carrier = has_flag(link, "LOWER_UP");
  interface.is_loopback = has_flag(link, "LOOPBACK");
  interface.is_ethernet = text_at(link, "link_type") == "ether";
  for (const Json& address : list_at(link, "addr_info")) {
    const auto own = Ipv4::parse(text_at(address, "local"));
    if (!own) continue;
    const std::uint64_t bits = number_at(address, "prefixlen", 32);
    if (bits > 32) continue;
    interface.addresses.push_back({*own, static_cast<unsigned>(bits)});
  }
  return interface;
}

// "default" or "10.0.0.0/8" or a bare address.
std::optional<Ipv4Prefix> destination(const std::string& text) {
  if (text == "default") return Ipv4Prefix{{0}, 0};
  return Ipv4Prefix::parse(text.find('/') == std::string::npos ? text + "/32"
                                                               : text);
}

Result<Ruleset> read_ruleset() {
  if (!may(Capability::kNetAdmin)) return Ruleset{};
  auto tables = run_checked({"nft", "-j", "list", "tables"});
  if (!tables) return fail(std::move(tables).error());
  auto chains = run_checked({"nft", "-j", "list", "chains"});
  if (!chains) return fail(std::move(chains).error());
  return parse_ruleset(*tables, *chains);
}

}  // namespace

const Interface* NetworkState::find(std::string_view name) const {
  const auto found = std::ranges::find(interfaces, name, &Interface::name);
  return found == interfaces.end() ? nullptr : &*found;
}

Result<std::vector<Interface>> parse_interfaces(std::string_view json) {
  auto links = parse(json, "ip");
  if (!links) return fail(std::move(links).error());
  std::vector<Interface> interfaces;
  for (const Json& link : *links) {
    if (link.contains("ifname")) interfaces.push_back(interface_of(link));
  }
  return interfaces;
}

Result<std::vector<Route>> parse_routes(std::string_view json) {
  auto listed = parse(json, "ip");
  if (!listed) return fail(std::move(listed).error());
  std::vector<Route> routes;
  for (const Json& route : *listed) {
    const auto to = destination(text_at(route, "dst"));
    const std::string type = text_at(route, "type");
    const bool is_unicast = type.empty() || type == "unicast";
    if (!to || !is_unicast) continue;
    routes.push_back({*to, text_at(route, "dev")});
    for (const Json& hop : list_at(route, "nexthops")) {
      routes.push_back({*to, text_at(hop, "dev")});
    }
  }
  std::erase_if(routes, [](const Route& r) { return r.interface.empty(); });
  return routes;
}

Result<Ruleset> parse_ruleset(std::string_view tables,
                              std::string_view chains) {
  auto parsed_tables = parse(tables, "nft");
  auto parsed_chains = parse(chains, "nft");
  if (!parsed_tables) return fail(std::move(parsed_tables).error());
  if (!parsed_chains) return fail(std::move(parsed_chains).error());
  Ruleset rules;
  for (const Json& item : list_at(*parsed_tables, "nftables")) {
    const auto table = item.find("table");
    if (table == item.end() || text_at(*table, "family") != "inet") continue;
    rules.inet_tables.push_back(text_at(*table, "name"));
  }
  for (const Json& item : list_at(*parsed_chains, "nftables")) {
    const auto chain = item.find("chain");
    if (chain == item.end() || text_at(*chain, "policy") != "drop") continue;
    rules.dropping.push_back(
        {text_at(*chain, "family") + ' ' + text_at(*chain, "table"),
         text_at(*chain, "name"), text_at(*chain, "hook")});
  }
  return rules;
}

Result<NetworkState> read_network_state() {
  auto links = run_checked({"ip", "-j", "-d", "addr", "show"});
  if (!links) return fail(std::move(links).error());
  auto interfaces = parse_interfaces(*links);
  if (!interfaces) return fail(std::move(interfaces).error());
  auto listed =
      run_checked({"ip", "-j", "-4", "route", "show", "table", "all"});
  if (!listed) return fail(std::move(listed).error());
  auto routes = parse_routes(*listed);
  if (!routes) return fail(std::move(routes).error());
  auto rules = read_ruleset();
  if (!rules) return fail(std::move(rules).error());
  return NetworkState{std::move(*interfaces), std::move(*routes),
                      std::move(*rules)};
}

std::optional<std::string> read_proc(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::nullopt;
  return *std::move(text);
}

}  // namespace flowtell
