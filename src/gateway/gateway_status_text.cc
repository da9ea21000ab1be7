// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "base/time.h"
#include "gateway/gateway_status.h"
#include "report/table.h"

namespace flowtell {
namespace {

std::string ends_text(const Lease& lease) {
  if (lease.ends == 0) return "never";
  return utc_text(Timestamp(std::chrono::seconds(lease.ends)));
}

std::string interface_text(const std::optional<Interface>& interface) {
  if (!interface) return "absent";
  std::string text = !interface->is_up        ? "down"
                     : interface->has_carrier ? "up"
                                              : "up, without a link";
  for (const Ipv4Prefix& address : interface->addresses) {
    text += ", " + address.text();
  }
  return text;
}

std::string state_text(const GatewayStatus& gateway) {
  if (gateway.is_up()) return "up since " + gateway.since;
  return fmt::format(
      "incomplete, missing {}; 'flowtell gateway up {}' repairs it, 'flowtell "
      "gateway down --lan {}' undoes it",
      listed(gateway.missing), fmt::join(command_line_of(gateway.options), " "),
      gateway.options.lan);
}

std::string device_table(const std::vector<GatewayDevice>& devices) {
  TextTable table(
      {"device", "MAC", "name", "lease ends", "bytes sent", "bytes received"});
  for (const GatewayDevice& device : devices) {
    const auto& lease = device.lease;
    table.add({device.address.text(), lease ? lease->mac : "-",
               lease && !lease->name.empty() ? lease->name : "-",
               lease ? ends_text(*lease) : "-",
               fmt::to_string(device.sent.bytes),
               fmt::to_string(device.received.bytes)});
  }
  return table.text();
}

std::string gateway_text(const GatewayStatus& gateway) {
  const GatewayOptions& options = gateway.options;
  const Ipv4Range leases = options.leases();
  std::string text = fmt::format(
      "Gateway on {}: {}\n"
      "  LAN {}: {}\n"
      "  WAN {}: {}\n"
      "  leases from {} to {}, for {} s; DNS {}, domain {}\n"
      "  IPv6 is {}forwarded; after a reboot it {}\n\n",
      options.lan, state_text(gateway), options.lan,
      interface_text(gateway.lan), options.wan, interface_text(gateway.wan),
      leases.from.text(), leases.to.text(), options.lease_seconds,
      options.serves_dns() ? "by the gateway" : options.dns->text(),
      options.domain, options.ipv6 ? "" : "not ",
      gateway.returns_after_reboot ? "returns" : "does not return");
  return text + (gateway.devices.empty() ? "No device has been seen yet.\n"
                                         : device_table(gateway.devices));
}

Json interface_json(const std::string& name,
                    const std::optional<Interface>& interface) {
  Json json = {{"interface", name}, {"present", interface.has_value()}};
  if (!interface) return json;
  json["up"] = interface->is_up;
  json["link"] = interface->has_carrier;
  json["mac"] = interface->mac;
  json["addresses"] = Json::array();
  for (const Ipv4Prefix& address : interface->addresses) {
    json["addresses"].push_back(address.text());
  }
  return json;
}

Json traffic_json(const Traffic& traffic) {
  return {{"packets", traffic.packets}, {"bytes", traffic.bytes}};
}

Json device_json(const GatewayDevice& device) {
  Json json = {{"address", device.address.text()}};
  if (device.lease) {
    json["mac"] = device.lease->mac;
    json["name"] = device.lease->name;
    json["lease_ends"] = ends_text(*device.lease);
  }
  json["sent"] = traffic_json(device.sent);
  json["received"] = traffic_json(device.received);
  return json;
}

Json gateway_json(const GatewayStatus& gateway) {
  Json devices = Json::array();
  for (const GatewayDevice& device : gateway.devices) {
    devices.push_back(device_json(device));
  }
  return {{"up", gateway.is_up()},
          {"since", gateway.since},
          {"missing", gateway.missing},
          {"dnsmasq", gateway.dnsmasq ? Json(*gateway.dnsmasq) : Json()},
          {"persistent", gateway.returns_after_reboot},
          {"lan", interface_json(gateway.options.lan, gateway.lan)},
          {"wan", interface_json(gateway.options.wan, gateway.wan)},
          {"options", options_json(gateway.options)},
          {"devices", std::move(devices)}};
}

}  // namespace

std::string status_text(const std::vector<GatewayStatus>& gateways) {
  std::string text;
  for (const GatewayStatus& gateway : gateways) {
    if (!text.empty()) text += '\n';
    text += gateway_text(gateway);
  }
  return text.empty() ? "No gateway is up.\n" : text;
}

Json status_json(const std::vector<GatewayStatus>& gateways) {
  Json list = Json::array();
  for (const GatewayStatus& gateway : gateways) {
    list.push_back(gateway_json(gateway));
  }
  return {{"gateways", std::move(list)}};
}

}  // namespace flowtell
