// SPDX-License-Identifier: Apache-2.0
//
// Reads dnsmasq's lease file. A line holds the end of the lease (seconds since
// 1970, 0 for never), MAC, address, name (* for none) and client identifier.
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
  std::string name;       // empty: none
  std::int64_t ends = 0;  // seconds since 1970; 0: never
};

// Sorted by address. Lines of other forms, such as DHCPv6, are skipped.
std::vector<Lease> parse_leases(std::string_view file);

}  // namespace flowtell
