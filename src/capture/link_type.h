// SPDX-License-Identifier: Apache-2.0
//
// Link types that flowtell can decode, by their number in capture files
// (https://www.tcpdump.org/linktypes.html). Other numbers are kept unchanged,
// so that the ledger can name them.
#pragma once

#include <cstdint>
#include <string>

namespace flowtell {

enum class LinkType : std::uint16_t {
  kNull = 0,  // BSD loopback: address family in the recorder's byte order
  kEthernet = 1,
  kRawOpenBsd = 12,  // DLT_RAW on some systems
  kRaw = 101,        // starts with an IP header, either version
  kLoop = 108,       // OpenBSD loopback: address family in network byte order
  kLinuxSll = 113,   // "cooked" capture on any interface
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxSll2 = 276,
};

bool is_known(LinkType link);

// "Ethernet (link type 1)"
std::string link_type_name(LinkType link);

}  // namespace flowtell
