// SPDX-License-Identifier: Apache-2.0
//
// What each device was told by DNS: under which name it knows an address.
//
// An answer holds for its lifetime in the packets' own time, but for five
// minutes at least and a day at most. At least, because apps and systems keep
// addresses longer than they should and connections to them are opened again; a
// remote whose name changed in five minutes was most likely told anew, and the
// newest answer counts. At most, because beyond a day (RFC 8767 advises caches
// the same order) an address may be another's.
//
// What was said to all (multicast DNS) holds for devices that were told nothing
// themselves.
//
// Bounded: of `most` answers the one unused longest makes way. O(1).
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
  static constexpr std::size_t kMax = 65'536;
  static constexpr Duration kMin = std::chrono::minutes(5);
  static constexpr Duration kLongest = std::chrono::hours(24);

  explicit DnsMemory(std::size_t most = kMax)
      : most_(most), by_use_(answers_) {}
  DnsMemory(const DnsMemory&) = delete;
  DnsMemory& operator=(const DnsMemory&) = delete;

  // Whom an answer to all is told to.
  static Address everyone() { return {}; }

  struct Told {
    Address device;
    Address remote;
    NameId name;
    Duration lifetime;
  };
  void remember(const Told& reported, Timestamp now);

  // None where it was never told or its time has passed.
  NameId find(const Address& device, const Address& remote, Timestamp now);

  std::size_t size() const { return answers_.size(); }

 private:
  struct Key {
    Address device;
    Address remote;
    bool operator==(const Key&) const = default;
  };
  struct Answer {
    Key key;
    NameId name;
    Timestamp until{};  // including
    RecencyLinks recency;
  };
  static_assert(sizeof(Answer) == 56);

  std::uint32_t place_of(const Key& key) const;
  std::uint32_t add(const Key& key);
  void forget(std::uint32_t place);
  NameId find_own(const Key& key, Timestamp now);

  std::size_t most_;
  Pool<Answer> answers_;
  HashIndex index_;
  RecencyList<Answer> by_use_;
};

}  // namespace flowtell
