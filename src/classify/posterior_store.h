// SPDX-License-Identifier: Apache-2.0
//
// The last posterior of each device. Memory is bounded: with 100,000 devices
// stored, the one updated least recently is evicted. Each operation is O(1).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/hash_index.h"
#include "base/pool.h"
#include "base/recency_list.h"
#include "base/time.h"
#include "decode/address.h"

namespace flowtell {

struct DevicePosterior {
  Address device;
  RecencyLinks recency;
  Timestamp last{};  // the device's last packet
  // One probability per app; the last is the unknown app's.
  std::vector<double> apps;
};

class PosteriorStore {
 public:
  PosteriorStore() : by_recency_(posteriors_) {}
  PosteriorStore(const PosteriorStore&) = delete;
  PosteriorStore& operator=(const PosteriorStore&) = delete;

  // nullptr for a device not stored. Valid until the next `put`.
  const DevicePosterior* find(const Address& device) const;

  void put(const Address& device, Timestamp last, std::span<const double> apps);

 private:
  static constexpr std::size_t kMaxDevices = 100'000;

  std::uint32_t position_of(const Address& device) const;
  std::uint32_t add(const Address& device);

  Pool<DevicePosterior> posteriors_;
  HashIndex index_;
  RecencyList<DevicePosterior> by_recency_;
};

}  // namespace flowtell
