// SPDX-License-Identifier: Apache-2.0
#include "flow/dns_memory.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace flowtell {
namespace {

// Stands for the addresses of a name: an address that no host has (RFC 6666),
// ending in the name's id.
Address lookup_of(NameId name) {
  Address address{};
  address.bytes[0] = 0x01;
  std::memcpy(&address.bytes[8], &name.slot, sizeof name.slot);
  std::memcpy(&address.bytes[12], &name.generation, sizeof name.generation);
  return address;
}

}  // namespace

void DnsMemory::remember(const Answer& answer, Timestamp now) {
  const Timestamp until = now + std::clamp(answer.ttl, kMinTtl, kMaxTtl);
  store({answer.device, answer.remote}, answer.name, until);
  store({answer.device, lookup_of(answer.name)}, answer.name, until);
}

void DnsMemory::store(const Key& key, NameId name, Timestamp until) {
  std::uint32_t position = position_of(key);
  if (position == HashIndex::kNone) {
    position = add(key);
  } else {
    by_use_.touch(position);
  }
  entries_[position].name = name;
  entries_[position].until = until;
}

bool DnsMemory::has_looked_up(const Address& device, NameId name,
                              Timestamp now) {
  return !find_exact({device, lookup_of(name)}, now).is_none();
}

NameId DnsMemory::find(const Address& device, const Address& remote,
                       Timestamp now) {
  const NameId own = find_exact({device, remote}, now);
  return own.is_none() ? find_exact({all_devices(), remote}, now) : own;
}

NameId DnsMemory::find_exact(const Key& key, Timestamp now) {
  const std::uint32_t position = position_of(key);
  if (position == HashIndex::kNone) return {};
  if (now > entries_[position].until) {
    forget(position);
    return {};
  }
  by_use_.touch(position);
  return entries_[position].name;
}

std::uint32_t DnsMemory::position_of(const Key& key) const {
  return index_.find(keyed_hash(key),
                     [&](std::uint32_t at) { return entries_[at].key == key; });
}

std::uint32_t DnsMemory::add(const Key& key) {
  if (entries_.size() >= max_size_) forget(by_use_.oldest());
  const std::uint32_t position = entries_.take();
  entries_[position].key = key;
  index_.insert(keyed_hash(key), position);
  by_use_.add(position);
  return position;
}

void DnsMemory::forget(std::uint32_t position) {
  index_.erase(keyed_hash(entries_[position].key), position);
  by_use_.remove(position);
  entries_.release(position);
}

}  // namespace flowtell
