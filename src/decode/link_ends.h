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

// The ends of frames of other link types than Ethernet.
LinkEnds find_cooked_ends(LinkType link, Bytes frame) noexcept;

// The MAC at the top of 8 bytes; 0 for a group's.
inline Station station_in(std::uint64_t bytes) {
  constexpr std::uint64_t kGroup = std::uint64_t{1} << 56;
  return (bytes & kGroup) != 0 ? 0 : bytes >> 16;
}

// Both are 0 if the link type has no MAC addresses or they were not captured.
inline LinkEnds find_link_ends(LinkType link, Bytes frame) noexcept {
  if (link != LinkType::kEthernet) return find_cooked_ends(link, frame);
  constexpr std::size_t kHeader = 14;
  constexpr std::size_t kSourceAt = 6;
  if (frame.size() < kHeader) return {};
  return {station_in(
              load<std::uint64_t>(frame.data() + kSourceAt, ByteOrder::kBig)),
          station_in(load<std::uint64_t>(frame.data(), ByteOrder::kBig))};
}

}  // namespace flowtell
