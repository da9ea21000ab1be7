// SPDX-License-Identifier: Apache-2.0
//
// The status of a gateway: its interfaces, and its devices with leases and
// bytes. Read from the system at each call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/gateway_options.h"
#include "gateway/gateway_plan.h"
#include "gateway/leases.h"
#include "gateway/network_state.h"
#include "report/json.h"

namespace flowtell {

// What passed through the gateway in one direction.
struct Traffic {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // packet lengths
};

// A device with a lease, or with traffic through the gateway.
struct GatewayDevice {
  Ipv4 address;
  std::optional<Lease> lease;
  Traffic sent;
  Traffic received;
};

struct GatewayStatus {
  GatewayOptions options;
  std::string since;
  std::vector<std::string> missing;  // see gateway_health.h
  std::optional<int> dnsmasq;        // its process
  bool returns_after_reboot = false;
  std::optional<Interface> lan;
  std::optional<Interface> wan;
  std::vector<GatewayDevice> devices;  // sorted by address

  bool is_up() const { return missing.empty(); }
};

// The status of the gateway on that interface, or of all if it is empty. Empty
// if there is none.
Result<std::vector<GatewayStatus>> read_gateway_status(
    std::string_view lan, const GatewayPaths& places);

std::string status_text(const std::vector<GatewayStatus>& gateways);
Json status_json(const std::vector<GatewayStatus>& gateways);

// Joins the counters in the output of `nft -j list table` with the leases.
// Devices without a lease are added.
std::vector<GatewayDevice> devices_of(std::vector<Lease> leases,
                                      std::string_view table_json);

}  // namespace flowtell
