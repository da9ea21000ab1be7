// SPDX-License-Identifier: Apache-2.0
//
// The link types this program can look into, by their number in capture files
// (https://www.tcpdump.org/linktypes.html). Any other number is kept as it is,
// so that the ledger can name it.
#pragma once

#include <cstdint>
#include <string>

namespace flowtell {

enum class LinkType : std::uint16_t {
  kNull = 0,  // BSD loopback: address family in the recorder's byte order
  kEthernet = 1,
  kRawOpenBsd = 12,  // DLT_RAW as some systems wrote it
  kRaw = 101,        // an IP header at once, either version
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
