// SPDX-License-Identifier: Apache-2.0
//
// Flat hash table that finds entries stored elsewhere.
//
// The owner keeps the entries in a vector and refers to them by position. The
// index holds only pairs of 8 bytes (32 bits of hash, position) in one array
// with linear probing, so a look-up usually touches one cache line of the index
// and one entry.
// Erasing moves later pairs back (Knuth, TAOCP 3, 6.4, algorithm R), so there
// are no tombstones and churn does not slow the table down.
//
// The owner supplies the hash; for keys from the network it must be keyed by a
// secret (base/hash.h). Iteration is not offered, since its order would depend
// on the secret. Not thread-safe.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace flowtell {

class HashIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kSlotMemory = 8;

  // Reserves room for `entries`; grows beyond that.
  explicit HashIndex(std::size_t entries = 0)
      : slots_(std::bit_ceil(std::max(kMinSlots, entries * 4 / 3 + 1))) {}

  std::size_t size() const { return size_; }
  std::size_t memory() const { return slots_.size() * sizeof(Slot); }

  // The position whose entry has this hash and for which `same(position)`
  // holds, or kNone.
  template <typename Same>
  std::uint32_t find(std::uint64_t hash, Same&& same) const {
    const auto tag = static_cast<std::uint32_t>(hash);
    for (std::size_t at = home(tag);; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.position == kNone) return kNone;
      if (slot.tag == tag && same(slot.position)) return slot.position;
    }
  }

  // REQUIRES: the table has no equal entry.
  void insert(std::uint64_t hash, std::uint32_t position) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    place({static_cast<std::uint32_t>(hash), position});
    ++size_;
  }

  // REQUIRES: `position` was inserted with this hash.
  void erase(std::uint64_t hash, std::uint32_t position) {
    std::size_t hole = home(static_cast<std::uint32_t>(hash));
    while (slots_[hole].position != position) hole = next(hole);
    for (std::size_t at = next(hole); slots_[at].position != kNone;
         at = next(at)) {
      // A pair may fill the hole unless its home lies between hole and pair.
      if (((at - home(slots_[at].tag)) & mask()) >= ((at - hole) & mask())) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = Slot{};
    --size_;
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t position = kNone;
  };
  static_assert(sizeof(Slot) == kSlotMemory);
  static constexpr std::size_t kMinSlots = 64;

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t home(std::uint32_t tag) const { return tag & mask(); }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

  void place(Slot slot) {
    std::size_t at = home(slot.tag);
    while (slots_[at].position != kNone) at = next(at);
    slots_[at] = slot;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    std::swap(old, slots_);
    for (const Slot& slot : old) {
      if (slot.position != kNone) place(slot);
    }
  }

  std::vector<Slot> slots_;  // a power of two, at most 3/4 full
  std::size_t size_ = 0;
};

}  // namespace flowtell
