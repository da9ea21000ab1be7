// SPDX-License-Identifier: Apache-2.0
//
// How a gateway is doing: its interfaces, its devices with their leases and
// bytes. Asked of the system at this moment; nothing is kept.
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

// Whoever has a lease, and whoever sent or received through the gateway.
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
  std::vector<GatewayDevice> devices;  // in the order of their addresses

  bool is_up() const { return missing.empty(); }
};

// Of the gateway on that interface, or of all where it is empty. An interface
// without a gateway gives an empty list.
Result<std::vector<GatewayStatus>> read_gateway_status(
    std::string_view lan, const GatewayPlaces& places);

std::string status_text(const std::vector<GatewayStatus>& gateways);
Json status_json(const std::vector<GatewayStatus>& gateways);

// The counters in what `nft -j list table` prints, put to the devices that
// have leases, or to new ones.
std::vector<GatewayDevice> devices_of(std::vector<Lease> leases,
                                      std::string_view table_json);

}  // namespace flowtell
