// SPDX-License-Identifier: Apache-2.0
//
// What each device was believed to be doing when it was heard last. Memory is
// bounded: of 100,000 devices the one silent longest makes way. O(1) a step.
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
  // A probability each; behind them that of any other app.
  std::vector<double> apps;
};

class PosteriorStore {
 public:
  PosteriorStore() : by_recency_(beliefs_) {}
  PosteriorStore(const PosteriorStore&) = delete;
  PosteriorStore& operator=(const PosteriorStore&) = delete;

  // nullptr for a device not known. Valid until the next `put`.
  const DevicePosterior* find(const Address& device) const;

  void put(const Address& device, Timestamp last, std::span<const double> apps);

 private:
  static constexpr std::size_t kMaxDevices = 100'000;

  std::uint32_t position_of(const Address& device) const;
  std::uint32_t add(const Address& device);

  Pool<DevicePosterior> beliefs_;
  HashIndex index_;
  RecencyList<DevicePosterior> by_recency_;
};

}  // namespace flowtell
