// SPDX-License-Identifier: Apache-2.0
#include "flow/device_finder.h"

namespace flowtell {
namespace {

constexpr int kEvictedPerPacket = 2;  // more than a packet adds

}  // namespace

Address DeviceFinder::device_of(const Packet& packet) {
  const bool source_inside = lan_.contains(packet.source);
  if (source_inside != lan_.contains(packet.destination)) {
    return source_inside ? packet.source : packet.destination;
  }
  for (int i = 0; i < kEvictedPerPacket; ++i) {
    const std::uint32_t oldest = pairs_.oldest();
    if (oldest == kNoPosition) break;
    if (packet.time - pairs_[oldest].last <= PairTable::kIdleTimeout) break;
    pairs_.forget(oldest);
  }
  const PairTable::Found found = pairs_.find_or_add(packet);
  const Address device = pairs_[found.position].device_address();
  if (pairs_.size() > max_pairs_) pairs_.forget(pairs_.oldest());
  return device;
}

}  // namespace flowtell
