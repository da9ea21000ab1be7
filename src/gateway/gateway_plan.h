// SPDX-License-Identifier: Apache-2.0
//
// From what is asked for and what is there to the list of changes, in the order
// in which they are made. Pure: a plan is all of what `up` will do, and
// `--dry-run` prints it.
//
// The order keeps every moment safe: rules stand before the LAN has its address
// and before forwarding begins, so that nothing is forwarded untranslated or
// into the LAN unasked, and devices are given addresses last.
//
// IPv4 forwarding is switched on for the two interfaces only. The kernel's one
// switch for all (ip_forward) would also change what every other interface
// accepts. What the switches newly let through beside LAN to WAN, the table of
// rules drops, for each family by what that family forwarded before.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/change.h"
#include "gateway/gateway_options.h"
#include "gateway/network_state.h"

namespace flowtell {

// Where a gateway keeps its things.
struct GatewayPlaces {
  std::string state = "/run/flowtell";  // made and removed with its content
  std::string units = "/etc/systemd/system";
  std::string program = "/usr/bin/flowtell";  // this program, for the unit
};

struct GatewayGround {
  NetworkState network;
  // Every setting that a gateway may touch, as it was before any gateway.
  std::map<std::string, std::string> settings;
  bool has_other_users = true;  // see knows_other_users()
  std::chrono::milliseconds dhcp_patience = kDhcpPatience;
};

// The settings that have to be 1 for it to work.
std::vector<std::string> forwarding_settings(const GatewayOptions& options);
// All settings that this gateway may touch or change along with others.
std::vector<std::string> settings_of(const GatewayOptions& options);

// REQUIRES: check_machine() found nothing; the ground holds settings_of().
std::vector<ChangePtr> plan_gateway(const GatewayOptions& options,
                                    const GatewayPlaces& places,
                                    const GatewayGround& ground);

// The change that makes the gateway return after a reboot.
ChangePtr plan_unit(const GatewayOptions& options, const GatewayPlaces& places);

// Where dnsmasq finds what it should do, and keeps its leases.
std::string dnsmasq_config_path(const GatewayPlaces& places,
                                std::string_view lan);
std::string lease_path(const GatewayPlaces& places, std::string_view lan);

}  // namespace flowtell
