// SPDX-License-Identifier: Apache-2.0
//
// Lends the ports of a datagram's first fragment to its later ones, which
// carry none.
//
// A ring of so many datagrams: a new one takes the place of the oldest. So
// memory is constant and work per fragment too, whatever a stranger sends; what
// is lost by it is counted under `fragment without ports`. An entry serves for
// 30 s (the reassembly time of common systems; RFC 791 suggests 15 s).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash_index.h"
#include "base/time.h"
#include "decode/address.h"

namespace flowtell {

// What all fragments of one datagram share (RFC 791, 3.2; RFC 8200, 4.5).
struct FragmentKey {
  Address source;
  Address destination;
  std::uint32_t identification;
  std::uint32_t protocol;  // of the transport header
};

struct FragmentPorts {
  Port source;
  Port destination;
};

class FragmentTable {
 public:
  FragmentTable() : entries_(kEntries), index_(kEntries) {}

  void remember(const FragmentKey& key, FragmentPorts ports, Timestamp now);
  std::optional<FragmentPorts> find(const FragmentKey& key,
                                    Timestamp now) const;

  // Bytes of all entries and of their index; never grows.
  std::size_t memory() const {
    return entries_.size() * sizeof(Entry) + index_.memory();
  }

 private:
  static constexpr std::uint32_t kEntries = 1024;
  struct Entry {
    FragmentKey key{};
    FragmentPorts ports{};
    Timestamp since{};
    bool used = false;
  };

  // HashIndex::kNone where it is not there.
  std::uint32_t place_of(const FragmentKey& key) const;

  std::vector<Entry> entries_;
  std::uint32_t oldest_ = 0;
  HashIndex index_;
};

}  // namespace flowtell
