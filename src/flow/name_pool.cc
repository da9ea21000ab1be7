// SPDX-License-Identifier: Apache-2.0
#include "flow/name_pool.h"

#include <algorithm>

#include "base/hash.h"

namespace flowtell {

NameId NamePool::put(std::string_view text) {
  if (text.empty()) return {};
  const std::uint64_t hash = keyed_hash(text);
  std::uint32_t place = index_.find(
      hash, [&](std::uint32_t at) { return names_[at].text() == text; });
  if (place != HashIndex::kNone) {
    by_use_.touch(place);
    return {place, names_[place].turn};
  }
  if (names_.size() >= most_) drop_oldest();
  place = names_.take();
  Name& name = names_[place];
  std::copy(text.begin(), text.end(), name.bytes.begin());
  name.size = static_cast<std::uint8_t>(text.size());
  name.turn = ++turns_;
  index_.insert(hash, place);
  by_use_.add(place);
  return {place, name.turn};
}

std::string_view NamePool::find(NameId id) {
  if (id.is_none() || names_[id.place].turn != id.turn) return {};
  by_use_.touch(id.place);
  return names_[id.place].text();
}

void NamePool::drop_oldest() {
  const std::uint32_t oldest = by_use_.oldest();
  index_.erase(keyed_hash(names_[oldest].text()), oldest);
  by_use_.remove(oldest);
  names_[oldest].turn = 0;  // nobody's
  names_.give_back(oldest);
}

}  // namespace flowtell
