// SPDX-License-Identifier: Apache-2.0
//
// Computes the list of changes, in order, from the options and the system's
// state. Pure: a plan is all that `up` will do, and `--dry-run` prints it.
//
// The order is safe at every step. Rules come before the LAN's address and
// before forwarding, so nothing is forwarded untranslated and no new flow
// enters the LAN. dnsmasq comes last.
//
// IPv4 forwarding is enabled only on the two interfaces: the global switch
// (ip_forward) would also change what every other interface accepts. The rules
// drop what the switches newly allow besides LAN to WAN, for each family by its
// previous forwarding.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/change.h"
#include "gateway/gateway_options.h"
#include "gateway/network_state.h"

namespace flowtell {

// The paths of a gateway's files.
struct GatewayPaths {
  std::string state = "/run/flowtell";  // made and removed with its content
  std::string units = "/etc/systemd/system";
  std::string program = "/usr/bin/flowtell";  // this program, for the unit
};

struct GatewayBaseline {
  NetworkState network;
  // The settings that a gateway may change, before any gateway.
  std::map<std::string, std::string> settings;
  bool has_other_users = true;  // see maps_other_users()
  std::chrono::milliseconds dhcp_timeout = kDhcpTimeout;
};

// The settings that must be 1.
std::vector<std::string> forwarding_settings(const GatewayOptions& options);
// All settings that this gateway may change, directly or as a side effect.
std::vector<std::string> settings_of(const GatewayOptions& options);

// REQUIRES: check_machine() succeeded; the baseline holds settings_of().
std::vector<ChangePtr> plan_gateway(const GatewayOptions& options,
                                    const GatewayPaths& places,
                                    const GatewayBaseline& baseline);

// The change that makes the gateway return after a reboot.
ChangePtr plan_unit(const GatewayOptions& options, const GatewayPaths& places);

// The paths of dnsmasq's configuration and lease file.
std::string dnsmasq_config_path(const GatewayPaths& places,
                                std::string_view lan);
std::string lease_path(const GatewayPaths& places, std::string_view lan);

}  // namespace flowtell
