// SPDX-License-Identifier: Apache-2.0
//
// What a gateway tells nft and dnsmasq, as text in their own languages.
#pragma once

#include <string>

#include "gateway/gateway_options.h"

namespace flowtell {

// "flowtell_wlan0": the gateway's own table of rules, of the family inet.
std::string table_name(const GatewayOptions& options);

// What one family (IPv4 or IPv6) drops because it was not forwarded before.
struct FamilyText {
  bool closes_lan = true;  // new flows from the LAN to anywhere but the WAN
  bool closes_wan = true;  // new flows from the WAN to any other network
};

struct TableText {
  FamilyText ipv4;
  FamilyText ipv6;
};

// Translates what leaves through the WAN and counts the bytes of each device in
// the sets `sent` and `received` (of what other firewalls let pass). Drops new
// flows into the LAN in both families, whatever was forwarded before; IPv6 from
// and to the LAN unless it is asked for; and DNS questions for the gateway that
// do not come from the LAN. It accepts nothing, so it cannot undo what another
// table drops.
std::string table_text(const GatewayOptions& options, const TableText& table);

// The files of dnsmasq in a gateway's folder: its configuration, the leases it
// gave, and its process number.
inline constexpr std::string_view kDnsmasqConfig = "dnsmasq.conf";
inline constexpr std::string_view kLeases = "leases";
inline constexpr std::string_view kDnsmasqProcess = "dnsmasq.pid";

struct DnsmasqText {
  std::string folder;           // for its leases and process number
  bool has_other_users = true;  // to become one of, after the start
};

// DHCP for the LAN, and DNS for it unless that is another's. dnsmasq listens
// nowhere else and reads no configuration but this.
std::string dnsmasq_text(const GatewayOptions& options,
                         const DnsmasqText& dnsmasq);

}  // namespace flowtell
