// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_status.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/process.h"
#include "confine/privilege.h"
#include "gateway/change.h"
#include "gateway/gateway_health.h"
#include "gateway/gateway_text.h"
#include "gateway/gateway_unit.h"
#include "gateway/journal.h"

namespace flowtell {
namespace {

// {"elem": {"val": "192.168.12.100", "counter": {"packets": 1, "bytes": 60}}}
void add_counter(const Json& element, Traffic GatewayDevice::*direction,
                 std::map<Ipv4, GatewayDevice>& devices) {
  if (!element.is_object() || !element.contains("elem")) return;
  const Json& counted = element["elem"];
  if (!counted.is_object() || !counted.contains("counter")) return;
  const auto address = Ipv4::parse(text_at(counted, "val"));
  if (!address) return;
  const Json& counter = counted["counter"];
  devices[*address].*direction = {number_at(counter, "packets", 0),
                                  number_at(counter, "bytes", 0)};
}

std::optional<Interface> interface_in(const NetworkState& state,
                                      std::string_view name) {
  const Interface* interface = state.find(name);
  return interface == nullptr ? std::nullopt : std::optional(*interface);
}

Result<GatewayStatus> status_of(const Journal& journal,
                                const GatewayPaths& places,
                                const NetworkState& network) {
  GatewayStatus status;
  status.options = journal.options();
  status.since = journal.since();
  status.missing = missing_parts(journal, network);
  const std::string& lan = status.options.lan;
  status.dnsmasq = running_dnsmasq(journal);
  status.lan = interface_in(network, lan);
  status.wan = interface_in(network, status.options.wan);
  std::error_code ignored;
  status.returns_after_reboot = std::filesystem::exists(
      UnitChange(places.units, unit_name(lan)).path(), ignored);
  const std::string table = table_name(status.options);
  auto counters = run_process({"nft", "-j", "list", "table", "inet", table});
  if (!counters) return fail(std::move(counters).error());
  status.devices =
      devices_of(parse_leases(read_proc(lease_path(places, lan)).value_or("")),
                 counters->exit_code == 0 ? counters->out : "");
  return status;
}

}  // namespace

std::vector<GatewayDevice> devices_of(std::vector<Lease> leases,
                                      std::string_view table_json) {
  std::map<Ipv4, GatewayDevice> devices;
  for (Lease& lease : leases) devices[lease.address].lease = std::move(lease);
  const Json table = Json::parse(table_json, nullptr, false);
  const auto items = table.is_object() ? table.find("nftables") : table.end();
  if (items != table.end()) {
    for (const Json& item : *items) {
      if (!item.contains("set")) continue;
      const Json& set = item["set"];
      if (!set.contains("elem")) continue;
      const bool is_sent = text_at(set, "name") == "sent";
      for (const Json& element : set["elem"]) {
        add_counter(element,
                    is_sent ? &GatewayDevice::sent : &GatewayDevice::received,
                    devices);
      }
    }
  }
  std::vector<GatewayDevice> list;
  for (auto& [address, device] : devices) {
    device.address = address;
    list.push_back(std::move(device));
  }
  return list;
}

Result<std::vector<GatewayStatus>> read_gateway_status(
    std::string_view lan, const GatewayPaths& places) {
  auto allowed = require_network_privilege("show the status of a gateway");
  if (!allowed) return fail(std::move(allowed).error());
  auto network = read_network_state();
  if (!network) return fail(std::move(network).error());
  std::vector<GatewayStatus> gateways;
  for (const std::string& name : Journal::recorded(places.state)) {
    if (!lan.empty() && name != lan) continue;
    const auto journal = Journal::open(places.state, name);
    if (!journal) return fail(journal.error());
    if (auto here = journal->require_this_network(); !here) {
      return fail(std::move(here).error());
    }
    if (journal->options().lan.empty()) continue;
    auto status = status_of(*journal, places, *network);
    if (!status) return fail(std::move(status).error());
    gateways.push_back(*std::move(status));
  }
  return gateways;
}

}  // namespace flowtell
