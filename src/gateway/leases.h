// SPDX-License-Identifier: Apache-2.0
//
// The leases that dnsmasq has given out, from its lease file: a line each of
// when it ends (seconds since 1970, 0 for never), MAC, address, name (* for
// none) and client identifier.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/ipv4.h"

namespace flowtell {

struct Lease {
  Ipv4 address;
  std::string mac;
  std::string name;       // empty: the device gave none
  std::int64_t ends = 0;  // seconds since 1970; 0: never
};

// In the order of their addresses. Lines of other forms (DHCPv6 has its own)
// are left out.
std::vector<Lease> parse_leases(std::string_view file);

}  // namespace flowtell
