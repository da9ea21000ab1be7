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

void FragmentTable::remember(const FragmentKey& key, FragmentPorts ports,
                             Timestamp now) {
  slots_[keyed_hash(key) % kSlots] = {key, ports, now, true};
}

std::optional<FragmentPorts> FragmentTable::find(const FragmentKey& key,
                                                 Timestamp now) const {
  const Slot& slot = slots_[keyed_hash(key) % kSlots];
  if (!slot.used || !same(slot.key, key)) return std::nullopt;
  // A clock that stepped back makes an entry no younger than it is.
  const Duration age = now - slot.since;
  if (age > kLifetime || age < -kLifetime) return std::nullopt;
  return slot.ports;
}

}  // namespace flowtell
