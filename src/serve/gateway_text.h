// SPDX-License-Identifier: Apache-2.0
//
// What a gateway tells nft and dnsmasq, as text in their own languages.
#pragma once

#include <string>

#include "serve/gateway_options.h"

namespace flowtell {

// "flowtell_wlan0": the gateway's own table of rules, of the family inet.
std::string table_name(const GatewayOptions& options);

struct TableText {
  // Drop what devices send anywhere but to the WAN, and what comes in from the
  // WAN unasked: for interfaces that forwarded nothing before.
  bool closes_lan = true;
  bool closes_wan = true;
};

// Translates what leaves through the WAN, counts the bytes of each device in
// the sets `sent` and `received` (of what other firewalls let pass), drops
// IPv6 unless it is asked for. It accepts nothing, so it cannot undo what
// another table drops.
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
