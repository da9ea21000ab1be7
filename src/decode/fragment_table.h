// SPDX-License-Identifier: Apache-2.0
//
// Supplies later fragments of a datagram, which carry no ports, with those of
// its first fragment.
//
// A ring of fixed size: a new datagram replaces the oldest. Memory and work
// per fragment are therefore constant, whatever the traffic. Fragments without
// an entry are counted as `fragment without ports`. An entry is valid for 30 s
// (the reassembly time of common systems; RFC 791 suggests 15 s).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash_index.h"
#include "base/time.h"
#include "decode/address.h"

namespace flowtell {

// Identifies a datagram by its fragments (RFC 791, 3.2; RFC 8200, 4.5).
struct FragmentKey {
  Address source;
  Address destination;
  std::uint32_t identification;
  std::uint32_t protocol;  // of the transport header
};

struct FragmentPorts {
  Port source;
  Port destination;
  bool is_tunnel = false;  // the first counted as the packet inside
};

class FragmentTable {
 public:
  FragmentTable() : entries_(kEntries), index_(kEntries) {}

  void remember(const FragmentKey& key, FragmentPorts ports, Timestamp now);
  std::optional<FragmentPorts> find(const FragmentKey& key,
                                    Timestamp now) const;

  // Bytes of all entries and their index; constant.
  std::size_t memory() const {
    return entries_.size() * sizeof(Entry) + index_.memory();
  }

 private:
  static constexpr std::uint32_t kEntries = 1024;
  struct Entry {
    FragmentKey key{};
    FragmentPorts ports{};
    Timestamp stored_at{};
    bool is_used = false;
  };

  // HashIndex::kNone if absent.
  std::uint32_t position_of(const FragmentKey& key) const;

  std::vector<Entry> entries_;
  std::uint32_t oldest_ = 0;
  HashIndex index_;
};

}  // namespace flowtell
