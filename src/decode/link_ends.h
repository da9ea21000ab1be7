// SPDX-License-Identifier: Apache-2.0
//
// The stations that a frame goes between on its link: MAC addresses as numbers.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "capture/frame_source.h"

namespace flowtell {

// A MAC address of one station; 0 for none, and for groups of stations.
using Station = std::uint64_t;

struct LinkEnds {
  Station source = 0;
  Station destination = 0;  // only Ethernet has it
};

// Both are 0 if the link type has no MAC addresses or they were not captured.
LinkEnds find_link_ends(LinkType link, Bytes frame) noexcept;

}  // namespace flowtell
