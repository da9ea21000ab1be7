// SPDX-License-Identifier: Apache-2.0
#include "flow/pair_table.h"

#include <tuple>

#include "base/hash.h"

namespace flowtell {
namespace {

constexpr Port kFirstUnprivilegedPort = 1024;

struct Decision {
  bool device_is_source;
  DeviceRule rule;
};

// Decides which end is the device from the pair's first packet and what earlier
// frames showed.
Decision decide_device(const Packet& packet, const Lan& lan, DeviceEnd shown) {
  const bool source_inside = lan.contains(packet.source);
  if (source_inside != lan.contains(packet.destination)) {
    return {source_inside, DeviceRule::kLan};
  }
  if ((packet.tcp_flags & kTcpSyn) != 0) {
    return {(packet.tcp_flags & kTcpAck) == 0, DeviceRule::kTcpFlags};
  }
  if (shown == DeviceEnd::kSource || shown == DeviceEnd::kDestination) {
    return {shown == DeviceEnd::kSource, DeviceRule::kEarlierFrames};
  }
  const bool source_is_service = packet.source_port < kFirstUnprivilegedPort;
  const bool destination_is_service =
      packet.destination_port < kFirstUnprivilegedPort;
  if (source_is_service != destination_is_service) {
    return {destination_is_service, DeviceRule::kServicePort};
  }
  return {true, DeviceRule::kFirstSource};
}

// Any order that is the same for both directions.
auto rank(const Address& address, Port port) {
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(address);
  return std::tuple(words[1], words[0], port);
}

bool source_is_low(const Packet& packet) {
  return rank(packet.source, packet.source_port) <=
         rank(packet.destination, packet.destination_port);
}

PairKey key_of(const Packet& packet, bool source_low) {
  const auto protocol = static_cast<std::uint32_t>(packet.protocol);
  if (source_low) {
    return {packet.source, packet.destination, packet.source_port,
            packet.destination_port, protocol};
  }
  return {packet.destination, packet.source, packet.destination_port,
          packet.source_port, protocol};
}

}  // namespace

PairTable::Found PairTable::find_or_add(const Packet& packet) {
  const bool source_low = source_is_low(packet);
  const PairKey key = key_of(packet, source_low);
  std::uint32_t position = find(key);
  const bool is_new = position == kNoPosition;
  shown_end_ = packet.device_end;
  if (is_new) {
    if (shown_end_ == DeviceEnd::kNotAsked && !lan_.contains(packet.source) &&
        !lan_.contains(packet.destination)) {
      shown_end_ = evidence_.end_of(packet);
      evidence_.note_pair(packet);
    }
    const Decision decision = decide_device(packet, lan_, shown_end_);
    position = pairs_.take();
    pairs_[position].key = key;
    pairs_[position].device_is_low = decision.device_is_source == source_low;
    pairs_[position].device_rule = decision.rule;
    index_.insert(keyed_hash(key), position);
    by_recency_.add(position);
  } else {
    by_recency_.touch(position);
  }
  newest_ = position;
  Pair& pair = pairs_[position];
  pair.last = packet.time;
  return {position, is_new,
          pair.device_is_low == source_low ? Direction::kSent
                                           : Direction::kReceived};
}

// Packets of one pair come in trains, so the last packet's pair is tried first.
std::uint32_t PairTable::find(const PairKey& key) const {
  if (newest_ != kNoPosition && pairs_[newest_].key == key) return newest_;
  return index_.find(keyed_hash(key),
                     [&](std::uint32_t at) { return pairs_[at].key == key; });
}

void PairTable::forget(std::uint32_t position) {
  if (position == newest_) newest_ = kNoPosition;
  index_.erase(keyed_hash(pairs_[position].key), position);
  by_recency_.remove(position);
  pairs_.release(position);
}

namespace {

constexpr int kEvictedPerPacket = 2;  // more than a packet adds

}  // namespace

DeviceFinder::Found DeviceFinder::find(Packet& packet) {
  const Station station = addresses_.note(packet);
  pairs_.note(packet);
  const bool source_inside = lan_.contains(packet.source);
  if (source_inside != lan_.contains(packet.destination)) {
    return {addresses_.device_of(
                source_inside ? packet.source : packet.destination, packet),
            station};
  }
  for (int i = 0; i < kEvictedPerPacket; ++i) {
    const std::uint32_t oldest = pairs_.oldest();
    if (oldest == kNoPosition) break;
    if (packet.time - pairs_[oldest].last <= PairTable::kIdleTimeout) break;
    pairs_.forget(oldest);
  }
  const PairTable::Found found = pairs_.find_or_add(packet);
  packet.device_end = pairs_.shown_end();
  if (found.position >= devices_.size()) devices_.resize(found.position + 1);
  Address device = devices_[found.position];
  if (found.is_new) {
    device =
        addresses_.device_of(pairs_[found.position].device_address(), packet);
    devices_[found.position] = device;
  }
  if (pairs_.size() > max_pairs_) pairs_.forget(pairs_.oldest());
  return {device, station};
}

}  // namespace flowtell
