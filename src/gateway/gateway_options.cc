// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_options.h"

#include <algorithm>

namespace flowtell {
namespace {

constexpr std::size_t kMaxNameLength = 15;  // the kernel's IFNAMSIZ minus NUL
constexpr std::uint32_t kMinLease = 120;    // dnsmasq's own limit
constexpr std::uint32_t kMaxLease = 365 * 86'400;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9');
}

Result<void> check_address(const Ipv4Prefix& address) {
  const std::uint32_t first_byte = address.address.number >> 24;
  if (address.bits < 8 || address.bits > 30) {
    return fail(ErrorKind::kUsage,
                "the gateway's address {} has no usable prefix length; give "
                "one from 8 to 30, as in 192.168.12.1/24",
                address.text());
  }
  if (address.address == address.network() ||
      address.address == address.broadcast() || first_byte == 0 ||
      first_byte == 127 || first_byte >= 224) {
    return fail(ErrorKind::kUsage,
                "{} cannot be a gateway's address; give one such as "
                "192.168.12.1/24",
                address.text());
  }
  return {};
}

Result<void> check_leases(const Ipv4Prefix& address, const Ipv4Range& range) {
  if (range.to < range.from) {
    return fail(ErrorKind::kUsage,
                "the DHCP range {} ends before it begins; put the lower "
                "address first",
                range.text());
  }
  if (!address.holds(range.from) || !address.holds(range.to) ||
      range.holds(address.network()) || range.holds(address.broadcast())) {
    return fail(ErrorKind::kUsage,
                "the DHCP range {} is not within the hosts of {}; try {}",
                range.text(), address.network_text(),
                lease_range(address).text());
  }
  if (range.holds(address.address)) {
    return fail(ErrorKind::kUsage,
                "the DHCP range {} contains the gateway's own address {}; "
                "leave it out",
                range.text(), address.address.text());
  }
  return {};
}

Result<void> check_lease_time(std::uint32_t seconds) {
  if (seconds >= kMinLease && seconds <= kMaxLease) return {};
  return fail(ErrorKind::kUsage,
              "the lease time {} is out of range; give {} to {} seconds",
              seconds, kMinLease, kMaxLease);
}

// RFC 1035: labels of letters, digits and inner hyphens.
bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, [](char c) {
           return is_letter_or_digit(c) || c == '-';
         });
}

Result<void> check_domain(std::string_view domain) {
  std::string_view rest = domain;
  bool is_good = domain.size() <= 253;
  while (is_good) {
    const std::size_t dot = rest.find('.');
    is_good = is_label(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (is_good) return {};
  return fail(ErrorKind::kUsage,
              "the domain '{}' is not a domain name; give one such as 'lan' "
              "or 'phones.example.org'",
              domain);
}

}  // namespace

// The kernel allows almost any name; nft, dnsmasq and paths do not.
Result<void> check_interface_name(std::string_view side,
                                  std::string_view name) {
  const bool is_plain = std::ranges::all_of(name, [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
  if (name.empty() || name.size() > kMaxNameLength || !is_plain ||
      !is_letter_or_digit(name.front())) {
    return fail(ErrorKind::kUsage,
                "'{}' cannot be the {} interface: it is not a name of letters, "
                "digits and '.-_'; 'ip link' lists the interfaces",
                name, side);
  }
  return {};
}

Ipv4Range lease_range(const Ipv4Prefix& address) {
  const std::uint32_t network = address.network().number;
  const std::uint32_t own = address.address.number;
  const Ipv4Range classic = {{network + 100}, {network + 200}};
  if (address.bits <= 24 && !classic.holds(address.address)) return classic;
  const Ipv4Range before = {{network + 1}, {own - 1}};
  const Ipv4Range after = {{own + 1}, {address.broadcast().number - 1}};
  const bool is_low = own - network < address.broadcast().number - own;
  return is_low ? after : before;
}

Result<void> check_options(const GatewayOptions& options) {
  auto good = check_interface_name("LAN", options.lan);
  if (good) good = check_interface_name("WAN", options.wan);
  if (good && options.lan == options.wan) {
    return fail(ErrorKind::kUsage,
                "the LAN and the WAN interface are both {}; a gateway needs "
                "two interfaces, one for the devices and one for the internet",
                options.lan);
  }
  if (good) good = check_address(options.address);
  if (good) good = check_leases(options.address, options.leases());
  if (good) good = check_lease_time(options.lease_seconds);
  if (good) good = check_domain(options.domain);
  return good;
}

std::vector<std::string> command_line_of(const GatewayOptions& options) {
  const GatewayOptions defaults;
  std::vector<std::string> words = {"--lan", options.lan, "--wan", options.wan};
  const auto add = [&](std::string_view option, std::string value) {
    words.emplace_back(option);
    words.push_back(std::move(value));
  };
  if (options.address != defaults.address)
    add("--address", options.address.text());
  if (options.dhcp) add("--dhcp", options.dhcp->text());
  if (options.lease_seconds != defaults.lease_seconds) {
    add("--lease", fmt::to_string(options.lease_seconds));
  }
  if (options.dns) add("--dns", options.dns->text());
  if (options.domain != defaults.domain) add("--domain", options.domain);
  if (options.ipv6) words.emplace_back("--ipv6");
  return words;
}

Json options_json(const GatewayOptions& options) {
  return {
      {"lan", options.lan},
      {"wan", options.wan},
      {"address", options.address.text()},
      {"dhcp", options.leases().text()},
      {"lease", options.lease_seconds},
      {"dns", (options.dns ? *options.dns : options.address.address).text()},
      {"domain", options.domain},
      {"ipv6", options.ipv6}};
}

Result<GatewayOptions> options_from_json(const Json& json) {
  GatewayOptions options;
  options.lan = text_at(json, "lan");
  options.wan = text_at(json, "wan");
  options.domain = text_at(json, "domain");
  const auto address = Ipv4Prefix::parse(text_at(json, "address"));
  const auto dhcp = Ipv4Range::parse(text_at(json, "dhcp"));
  const auto dns = Ipv4::parse(text_at(json, "dns"));
  const auto lease = json.find("lease");
  const auto ipv6 = json.find("ipv6");
  if (!address || !dhcp || !dns || lease == json.end() ||
      !lease->is_number_unsigned() || ipv6 == json.end() ||
      !ipv6->is_boolean()) {
    return fail(ErrorKind::kCorrupt, "its options are invalid");
  }
  options.address = *address;
  if (*dhcp != lease_range(*address)) options.dhcp = *dhcp;
  if (*dns != address->address) options.dns = *dns;
  options.lease_seconds = lease->get<std::uint32_t>();
  options.ipv6 = ipv6->get<bool>();
  if (auto good = check_options(options); !good) {
    return fail(ErrorKind::kCorrupt, "{}", good.error().message);
  }
  return options;
}

}  // namespace flowtell
