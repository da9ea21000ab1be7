// SPDX-License-Identifier: Apache-2.0
//
// The DNS answers that each device received: the name behind an address.
//
// An answer is valid for its lifetime in packet time, but at least five minutes
// and at most a day. The minimum exists because apps and systems keep addresses
// beyond their lifetime and reconnect to them; if a remote's name changes
// within five minutes, the device most likely receives a new answer, and the
// newest one applies. The maximum exists because after a day the address may
// have another owner (RFC 8767 advises caches the same order).
//
// The names that a device looked up are also kept by themselves.
//
// Multicast DNS answers apply to devices without an answer of their own.
//
// Bounded: beyond `max_size` entries, the least recently used one is evicted.
// Cost: O(1).
#pragma once

#include "base/hash_index.h"
#include "base/pool.h"
#include "base/recency_list.h"
#include "base/time.h"
#include "decode/address.h"
#include "flow/name_pool.h"

namespace flowtell {

class DnsMemory {
 public:
  static constexpr std::size_t kMaxSize = 65'536;
  static constexpr Duration kMinTtl = std::chrono::minutes(5);
  static constexpr Duration kMaxTtl = std::chrono::hours(24);

  explicit DnsMemory(std::size_t max_size = kMaxSize)
      : max_size_(max_size), by_use_(entries_) {}
  DnsMemory(const DnsMemory&) = delete;
  DnsMemory& operator=(const DnsMemory&) = delete;

  // Stands for the receivers of a multicast answer.
  static Address all_devices() { return {}; }

  struct Answer {
    Address device;
    Address remote;
    NameId name;
    Duration ttl;
  };
  void remember(const Answer& answer, Timestamp now);

  // None if there was no answer or it has expired.
  NameId find(const Address& device, const Address& remote, Timestamp now);

  // Whether an answer that is still valid gave the device addresses of this
  // name.
  bool has_looked_up(const Address& device, NameId name, Timestamp now);

  // Entries: one per device and address, and one per device and name.
  std::size_t size() const { return entries_.size(); }

 private:
  struct Key {
    Address device;
    Address remote;
    bool operator==(const Key&) const = default;
  };
  struct Entry {
    Key key;
    NameId name;
    Timestamp until{};  // inclusive
    RecencyLinks recency;
  };
  static_assert(sizeof(Entry) == 56);

  void store(const Key& key, NameId name, Timestamp until);
  std::uint32_t position_of(const Key& key) const;
  std::uint32_t add(const Key& key);
  void forget(std::uint32_t position);
  NameId find_exact(const Key& key, Timestamp now);

  std::size_t max_size_;
  Pool<Entry> entries_;
  HashIndex index_;
  RecencyList<Entry> by_use_;
};

}  // namespace flowtell
