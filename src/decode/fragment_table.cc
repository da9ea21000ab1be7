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

std::uint32_t FragmentTable::position_of(const FragmentKey& key) const {
  return index_.find(keyed_hash(key), [&](std::uint32_t position) {
    return same(entries_[position].key, key);
  });
}

void FragmentTable::remember(const FragmentKey& key, FragmentPorts ports,
                             Timestamp now) {
  if (const std::uint32_t at = position_of(key); at != HashIndex::kNone) {
    entries_[at] = {key, ports, now, true};
    return;
  }
  Entry& entry = entries_[oldest_];
  if (entry.is_used) index_.erase(keyed_hash(entry.key), oldest_);
  entry = {key, ports, now, true};
  index_.insert(keyed_hash(key), oldest_);
  oldest_ = (oldest_ + 1) % kEntries;
}

std::optional<FragmentPorts> FragmentTable::find(const FragmentKey& key,
                                                 Timestamp now) const {
  const std::uint32_t position = position_of(key);
  if (position == HashIndex::kNone) return std::nullopt;
  // If the clock stepped back, the age is negative; the same limit applies.
  const Duration age = now - entries_[position].stored_at;
  if (age > kLifetime || age < -kLifetime) return std::nullopt;
  return entries_[position].ports;
}

}  // namespace flowtell
