// SPDX-License-Identifier: Apache-2.0
//
// What is remembered of each device: its last posterior, or its session. Memory
// is bounded: with 100,000 devices stored, the one updated least recently is
// evicted. Each operation is O(1).
#pragma once

#include <cstdint>

#include "base/hash.h"
#include "base/hash_index.h"
#include "base/pool.h"
#include "base/recency_list.h"
#include "decode/address.h"

namespace flowtell {

// `Memory` has members `device` and `recency`, which belong to the store.
template <typename Memory>
class DeviceStore {
 public:
  DeviceStore() : by_recency_(memories_) {}
  DeviceStore(const DeviceStore&) = delete;
  DeviceStore& operator=(const DeviceStore&) = delete;

  // nullptr for a device not stored. Valid until the next `update`.
  const Memory* find(const Address& device) const {
    const std::uint32_t at = position_of(device);
    return at == HashIndex::kNone ? nullptr : &memories_[at];
  }

  // The device's entry, to be changed; default-initialised for a device not
  // stored. Valid until the next `update`.
  Memory& update(const Address& device) {
    std::uint32_t at = position_of(device);
    if (at == HashIndex::kNone) {
      at = add(device);
    } else {
      by_recency_.touch(at);
    }
    return memories_[at];
  }

 private:
  static constexpr std::size_t kMaxDevices = 100'000;

  std::uint32_t position_of(const Address& device) const {
    return index_.find(keyed_hash(device), [&](std::uint32_t at) {
      return memories_[at].device == device;
    });
  }

  std::uint32_t add(const Address& device) {
    if (memories_.size() >= kMaxDevices) {
      const std::uint32_t oldest = by_recency_.oldest();
      index_.erase(keyed_hash(memories_[oldest].device), oldest);
      by_recency_.remove(oldest);
      memories_.release(oldest);
    }
    const std::uint32_t at = memories_.take();
    memories_[at].device = device;
    index_.insert(keyed_hash(device), at);
    by_recency_.add(at);
    return at;
  }

  Pool<Memory> memories_;
  HashIndex index_;
  RecencyList<Memory> by_recency_;
};

}  // namespace flowtell
