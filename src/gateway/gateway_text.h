// SPDX-License-Identifier: Apache-2.0
//
// Generates the configuration of nft and dnsmasq.
#pragma once

#include <string>

#include "gateway/gateway_options.h"

namespace flowtell {

// The gateway's nftables table, in family inet: "flowtell_wlan0".
std::string table_name(const GatewayOptions& options);

// The new flows that one family (IPv4 or IPv6) drops because they were not
// forwarded before.
struct FamilyText {
  bool drops_from_lan = true;  // from the LAN to other networks than the WAN
  bool drops_from_wan = true;  // from the WAN to any other network
};

struct TableText {
  FamilyText ipv4;
  FamilyText ipv6;
};

// Masquerades what leaves through the WAN and counts the bytes of each device,
// of packets that other firewalls accept, in the sets `sent` and `received`.
// Drops new flows into the LAN in both families, IPv6 from and to the LAN
// unless enabled, and DNS queries to the gateway from outside the LAN. It
// accepts nothing, so it does not override the drops of another table.
std::string table_text(const GatewayOptions& options, const TableText& table);

// The names of dnsmasq's files in a gateway's folder.
inline constexpr std::string_view kDnsmasqConfig = "dnsmasq.conf";
inline constexpr std::string_view kLeases = "leases";
inline constexpr std::string_view kDnsmasqProcess = "dnsmasq.pid";

struct DnsmasqText {
  std::string folder;           // of the leases and the process number
  bool has_other_users = true;  // whether dnsmasq can switch users
};

// DHCP for the LAN, and DNS unless another server is given. dnsmasq listens
// only there and reads only this configuration.
std::string dnsmasq_text(const GatewayOptions& options,
                         const DnsmasqText& dnsmasq);

}  // namespace flowtell
