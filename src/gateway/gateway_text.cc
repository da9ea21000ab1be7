// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_text.h"

namespace flowtell {
namespace {

constexpr std::string_view kCounters = R"(	set sent {
		type ipv4_addr
		size 65536
		flags dynamic
		counter
	}

	set received {
		type ipv4_addr
		size 65536
		flags dynamic
		counter
	}
)";

// All states but "established" and "related". "untracked" is included, or a
// table that disables tracking would open the LAN.
constexpr std::string_view kNewFlows = "ct state invalid,new,untracked";

std::string family_rules(const GatewayOptions& options, std::string_view family,
                         const FamilyText& drops) {
  std::string rules;
  if (drops.drops_from_lan) {
    rules += fmt::format(
        "\t\tmeta nfproto {} iifname \"{}\" oifname != {{ \"{}\", \"{}\" }} "
        "drop\n",
        family, options.lan, options.lan, options.wan);
  }
  if (drops.drops_from_wan) {
    rules += fmt::format("\t\tmeta nfproto {} iifname \"{}\" {} drop\n", family,
                         options.wan, kNewFlows);
  }
  return rules;
}

// With br_netfilter, frames between the ports of a LAN bridge pass this chain
// with the bridge on both sides. That is not forwarding.
std::string forward_rules(const GatewayOptions& options,
                          const TableText& table) {
  const std::string& lan = options.lan;
  const std::string subnet = options.address.network_text();
  std::string rules;
  if (!options.ipv6) {
    rules += fmt::format(
        "\t\tmeta nfproto ipv6 iifname \"{0}\" oifname != \"{0}\" drop\n"
        "\t\tmeta nfproto ipv6 iifname != \"{0}\" oifname \"{0}\" drop\n",
        lan);
  }
  rules += fmt::format("\t\tiifname != \"{0}\" oifname \"{0}\" {1} drop\n", lan,
                       kNewFlows);
  rules += family_rules(options, "ipv4", table.ipv4);
  if (options.ipv6) rules += family_rules(options, "ipv6", table.ipv6);
  rules += fmt::format(
      "\t\tiifname \"{}\" ip saddr {} update @sent {{ ip saddr }}\n", lan,
      subnet);
  rules += fmt::format(
      "\t\toifname \"{}\" ip daddr {} update @received {{ ip daddr }}\n", lan,
      subnet);
  return rules;
}

// The kernel, and so dnsmasq, accepts packets to any of its addresses from any
// interface. Drops DNS queries from elsewhere, except to addresses of the
// interface they arrive on, which are for another server.
std::string input_chain(const GatewayOptions& options) {
  if (!options.serves_dns()) return "";
  return fmt::format(
      "\n\tchain input {{\n"
      "\t\ttype filter hook input priority filter + 10; policy accept;\n"
      "\t\tiifname != {{ \"{}\", \"lo\" }} meta l4proto {{ tcp, udp }} th "
      "dport "
      "53 fib daddr . iif type != {{ local, broadcast, multicast }} drop\n"
      "\t}}\n",
      options.lan);
}

std::string mask_text(const Ipv4Prefix& prefix) {
  return Ipv4{prefix.mask()}.text();
}

}  // namespace

std::string table_name(const GatewayOptions& options) {
  return "flowtell_" + options.lan;
}

std::string table_text(const GatewayOptions& options, const TableText& table) {
  return fmt::format(
      "table inet {} {{\n"
      "{}\n"
      "\tchain leaving {{\n"
      "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
      "\t\tip saddr {} oifname \"{}\" masquerade\n"
      "\t}}\n\n"
      "\tchain forward {{\n"
      "\t\ttype filter hook forward priority filter + 10; policy accept;\n"
      "{}"
      "\t}}\n"
      "{}"
      "}}\n",
      table_name(options), kCounters, options.address.network_text(),
      options.wan, forward_rules(options, table), input_chain(options));
}

std::string dnsmasq_text(const GatewayOptions& options,
                         const DnsmasqText& dnsmasq) {
  const Ipv4Range leases = options.leases();
  const Ipv4 own = options.address.address;
  std::string text = fmt::format(
      "interface={}\n"
      "except-interface=lo\n"
      "bind-interfaces\n"
      "dhcp-authoritative\n"
      "dhcp-range={},{},{},{}\n"
      "dhcp-option=option:router,{}\n"
      "dhcp-option=option:dns-server,{}\n"
      "domain={}\n"
      "dhcp-leasefile={}/{}\n"
      "pid-file={}/{}\n",
      options.lan, leases.from.text(), leases.to.text(),
      mask_text(options.address), options.lease_seconds, own.text(),
      (options.dns ? *options.dns : own).text(), options.domain, dnsmasq.folder,
      kLeases, dnsmasq.folder, kDnsmasqProcess);
  // This machine's hosts file is not served to devices.
  text += options.serves_dns() ? "no-hosts\ndomain-needed\nbogus-priv\n"
                               : "port=0\n";
  if (!dnsmasq.has_other_users) text += "user=\ngroup=\n";
  return text;
}

}  // namespace flowtell
