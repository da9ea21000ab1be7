// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_plan.h"

#include <algorithm>
#include <filesystem>

#include "gateway/gateway_text.h"
#include "gateway/gateway_unit.h"
#include "gateway/journal.h"

namespace flowtell {
namespace {

constexpr std::string_view kIpv6 = "/proc/sys/net/ipv6/conf";

std::string forwarding_of(const std::string& interface) {
  return fmt::format("/proc/sys/net/ipv4/conf/{}/forwarding", interface);
}

std::string ipv6_setting(std::string_view interface, std::string_view name) {
  return fmt::format("{}/{}/{}", kIpv6, interface, name);
}

// Collects changes of settings, given their current values.
class SettingPlan {
 public:
  SettingPlan(const std::map<std::string, std::string>& before,
              std::vector<ChangePtr>& changes)
      : before_(before), changes_(changes) {}

  bool is_off(const std::string& path) const {
    return value(path).starts_with('0');
  }
  // An unreadable setting is neither on nor off.
  bool is_on(const std::string& path) const {
    return value(path).starts_with('1');
  }

  void set(const std::string& path, std::string_view wanted,
           std::vector<Setting> linked = {}) {
    const std::string old = value(path);
    if (old.empty() || old.substr(0, old.find('\n')) == wanted) return;
    changes_.push_back(std::make_unique<SettingChange>(
        Setting{path, old}, fmt::format("{}\n", wanted), std::move(linked)));
  }

  std::string value(const std::string& path) const {
    const auto found = before_.find(path);
    return found == before_.end() ? "" : found->second;
  }

 private:
  const std::map<std::string, std::string>& before_;
  std::vector<ChangePtr>& changes_;
};

// The kernel forwards IPv6 for all interfaces or none, and then ignores router
// advertisements unless accept_ra is 2. The WAN needs them to keep its default
// route.
void forward_ipv6(const GatewayOptions& options,
                  const std::map<std::string, std::string>& before,
                  SettingPlan& plan) {
  const std::string all = ipv6_setting("all", "forwarding");
  const std::string accept = ipv6_setting(options.wan, "accept_ra");
  if (plan.is_off(all) && plan.value(accept).starts_with('1')) {
    plan.set(accept, "2");
  }
  std::vector<Setting> linked;
  for (const auto& [path, value] : before) {
    if (path.starts_with(kIpv6) && path.ends_with("/forwarding") &&
        path != all) {
      linked.push_back({path, value});
    }
  }
  plan.set(all, "1", std::move(linked));
}

// What each family must drop: all that its forwarding newly allows. IPv4
// forwarding is a setting per interface.
TableText new_drops(const GatewayOptions& options, const SettingPlan& before) {
  TableText table;
  table.ipv4.drops_from_lan = !before.is_on(forwarding_of(options.lan));
  table.ipv4.drops_from_wan = !before.is_on(forwarding_of(options.wan));
  const bool forwarded_ipv6 = before.is_on(ipv6_setting("all", "forwarding"));
  table.ipv6.drops_from_lan = table.ipv6.drops_from_wan = !forwarded_ipv6;
  return table;
}

}  // namespace

std::vector<std::string> forwarding_settings(const GatewayOptions& options) {
  std::vector<std::string> paths = {forwarding_of(options.lan),
                                    forwarding_of(options.wan)};
  if (options.ipv6) paths.push_back(ipv6_setting("all", "forwarding"));
  return paths;
}

std::vector<std::string> settings_of(const GatewayOptions& options) {
  auto paths = forwarding_settings(options);
  if (!options.ipv6) return paths;
  paths.push_back(ipv6_setting(options.wan, "accept_ra"));
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(kIpv6, ignored)) {
    paths.push_back(entry.path().string() + "/forwarding");
  }
  return paths;
}

std::vector<ChangePtr> plan_gateway(const GatewayOptions& options,
                                    const GatewayPaths& places,
                                    const GatewayBaseline& baseline) {
  std::vector<ChangePtr> changes;
  SettingPlan settings(baseline.settings, changes);
  const Interface& lan = *baseline.network.find(options.lan);
  if (!lan.is_up) {
    changes.push_back(std::make_unique<LinkChange>(options.lan));
    changes.push_back(
        std::make_unique<DhcpCheck>(options.lan, baseline.dhcp_timeout));
  }
  changes.push_back(std::make_unique<TableChange>(
      table_name(options), table_text(options, new_drops(options, settings))));
  if (std::ranges::find(lan.addresses, options.address) ==
      lan.addresses.end()) {
    changes.push_back(
        std::make_unique<AddressChange>(options.lan, options.address));
  }
  settings.set(forwarding_of(options.lan), "1");
  settings.set(forwarding_of(options.wan), "1");
  if (options.ipv6) forward_ipv6(options, baseline.settings, settings);
  const std::string config = dnsmasq_config_path(places, options.lan);
  DnsmasqText dnsmasq;
  dnsmasq.folder = Journal::folder(places.state, options.lan);
  dnsmasq.has_other_users = baseline.has_other_users;
  changes.push_back(
      std::make_unique<FileChange>(config, dnsmasq_text(options, dnsmasq)));
  changes.push_back(
      std::make_unique<DnsmasqChange>(config, baseline.has_other_users));
  return changes;
}

ChangePtr plan_unit(const GatewayOptions& options, const GatewayPaths& places) {
  return std::make_unique<UnitChange>(places.units, unit_name(options.lan),
                                      unit_text(options, places.program));
}

std::string dnsmasq_config_path(const GatewayPaths& places,
                                std::string_view lan) {
  return fmt::format("{}/{}", Journal::folder(places.state, lan),
                     kDnsmasqConfig);
}

std::string lease_path(const GatewayPaths& places, std::string_view lan) {
  return fmt::format("{}/{}", Journal::folder(places.state, lan), kLeases);
}

}  // namespace flowtell
