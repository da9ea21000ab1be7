// SPDX-License-Identifier: Apache-2.0
#include "flow/dns_memory.h"

#include <algorithm>

#include "base/hash.h"

namespace flowtell {

void DnsMemory::remember(const Told& reported, Timestamp now) {
  const Key key{reported.device, reported.remote};
  std::uint32_t place = place_of(key);
  if (place == HashIndex::kNone) {
    place = add(key);
  } else {
    by_use_.touch(place);
  }
  answers_[place].name = reported.name;
  answers_[place].until = now + std::clamp(reported.lifetime, kMin, kLongest);
}

NameId DnsMemory::find(const Address& device, const Address& remote,
                       Timestamp now) {
  const NameId own = find_own({device, remote}, now);
  return own.is_none() ? find_own({everyone(), remote}, now) : own;
}

NameId DnsMemory::find_own(const Key& key, Timestamp now) {
  const std::uint32_t place = place_of(key);
  if (place == HashIndex::kNone) return {};
  if (now > answers_[place].until) {
    forget(place);
    return {};
  }
  by_use_.touch(place);
  return answers_[place].name;
}

std::uint32_t DnsMemory::place_of(const Key& key) const {
  return index_.find(keyed_hash(key),
                     [&](std::uint32_t at) { return answers_[at].key == key; });
}

std::uint32_t DnsMemory::add(const Key& key) {
  if (answers_.size() >= most_) forget(by_use_.oldest());
  const std::uint32_t place = answers_.take();
  answers_[place].key = key;
  index_.insert(keyed_hash(key), place);
  by_use_.add(place);
  return place;
}

void DnsMemory::forget(std::uint32_t place) {
  index_.erase(keyed_hash(answers_[place].key), place);
  by_use_.remove(place);
  answers_.give_back(place);
}

}  // namespace flowtell
