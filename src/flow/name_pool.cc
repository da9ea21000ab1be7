// SPDX-License-Identifier: Apache-2.0
#include "flow/name_pool.h"

#include <algorithm>

#include "base/hash.h"

namespace flowtell {

NameId NamePool::put(std::string_view text) {
  if (text.empty()) return {};
  const std::uint64_t hash = keyed_hash(text);
  std::uint32_t slot = index_.find(
      hash, [&](std::uint32_t at) { return names_[at].text() == text; });
  if (slot != HashIndex::kNone) {
    by_use_.touch(slot);
    return {slot, names_[slot].generation};
  }
  if (names_.size() >= max_size_) drop_oldest();
  slot = names_.take();
  Name& name = names_[slot];
  std::copy(text.begin(), text.end(), name.bytes.begin());
  name.size = static_cast<std::uint8_t>(text.size());
  name.generation = ++last_generation_;
  index_.insert(hash, slot);
  by_use_.add(slot);
  return {slot, name.generation};
}

std::string_view NamePool::find(NameId id) {
  if (id.is_none() || names_[id.slot].generation != id.generation) return {};
  by_use_.touch(id.slot);
  return names_[id.slot].text();
}

void NamePool::drop_oldest() {
  const std::uint32_t oldest = by_use_.oldest();
  index_.erase(keyed_hash(names_[oldest].text()), oldest);
  by_use_.remove(oldest);
  names_[oldest].generation = 0;  // of no name
  names_.release(oldest);
}

}  // namespace flowtell
