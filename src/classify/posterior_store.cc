// SPDX-License-Identifier: Apache-2.0
#include "classify/posterior_store.h"

#include "base/hash.h"

namespace flowtell {

const DevicePosterior* PosteriorStore::find(const Address& device) const {
  const std::uint32_t at = position_of(device);
  return at == HashIndex::kNone ? nullptr : &posteriors_[at];
}

void PosteriorStore::put(const Address& device, Timestamp last,
                         std::span<const double> apps) {
  std::uint32_t at = position_of(device);
  if (at == HashIndex::kNone) {
    at = add(device);
  } else {
    by_recency_.touch(at);
  }
  posteriors_[at].last = last;
  posteriors_[at].apps.assign(apps.begin(), apps.end());
}

std::uint32_t PosteriorStore::position_of(const Address& device) const {
  return index_.find(keyed_hash(device), [&](std::uint32_t at) {
    return posteriors_[at].device == device;
  });
}

std::uint32_t PosteriorStore::add(const Address& device) {
  if (posteriors_.size() >= kMaxDevices) {
    const std::uint32_t oldest = by_recency_.oldest();
    index_.erase(keyed_hash(posteriors_[oldest].device), oldest);
    by_recency_.remove(oldest);
    posteriors_.release(oldest);
  }
  const std::uint32_t at = posteriors_.take();
  posteriors_[at].device = device;
  index_.insert(keyed_hash(device), at);
  by_recency_.add(at);
  return at;
}

}  // namespace flowtell
