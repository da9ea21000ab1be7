// SPDX-License-Identifier: Apache-2.0
#include "decode/fragment_table.h"

#include "base/hash.h"

namespace flowtell {
namespace {

constexpr Duration kLifetime = std::chrono::seconds(30);

bool same(const FragmentKey& a, const FragmentKey& b) {
  return a.identification == b.identification && a.protocol == b.protocol &&
         a.source == b.source && a.destination == b.destination;
}

}  // namespace

std::uint32_t FragmentTable::place_of(const FragmentKey& key) const {
  return index_.find(keyed_hash(key), [&](std::uint32_t place) {
    return same(entries_[place].key, key);
  });
}

void FragmentTable::remember(const FragmentKey& key, FragmentPorts ports,
                             Timestamp now) {
  if (const std::uint32_t place = place_of(key); place != HashIndex::kNone) {
    entries_[place] = {key, ports, now, true};
    return;
  }
  Entry& entry = entries_[oldest_];
  if (entry.used) index_.erase(keyed_hash(entry.key), oldest_);
  entry = {key, ports, now, true};
  index_.insert(keyed_hash(key), oldest_);
  oldest_ = (oldest_ + 1) % kEntries;
}

std::optional<FragmentPorts> FragmentTable::find(const FragmentKey& key,
                                                 Timestamp now) const {
  const std::uint32_t place = place_of(key);
  if (place == HashIndex::kNone) return std::nullopt;
  // A clock that stepped back makes an entry no younger than it is.
  const Duration age = now - entries_[place].since;
  if (age > kLifetime || age < -kLifetime) return std::nullopt;
  return entries_[place].ports;
}

}  // namespace flowtell
