// SPDX-License-Identifier: Apache-2.0
//
// The server names seen recently, each stored once and referred to by an id of
// 8 bytes.
//
// Bounded: beyond `max_size` names, the least recently used one is evicted
// (`put` and `find` count as use). The next name in its slot has another
// generation, so the id of an evicted name finds nothing, never another name.
// Cost: O(1).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/hash_index.h"
#include "base/pool.h"
#include "base/recency_list.h"

namespace flowtell {

struct NameId {
  std::uint32_t slot = kNoPosition;
  std::uint32_t generation = 0;  // counts the names put

  bool is_none() const { return slot == kNoPosition; }
  bool operator==(const NameId&) const = default;
};

class NamePool {
 public:
  static constexpr std::size_t kMaxSize = 65'536;

  explicit NamePool(std::size_t max_size = kMaxSize)
      : max_size_(max_size), by_use_(names_) {}
  NamePool(const NamePool&) = delete;
  NamePool& operator=(const NamePool&) = delete;

  // The name's id; none for the empty text. REQUIRES: at most 253 bytes.
  NameId put(std::string_view text);

  // Empty if the name was evicted. Valid until the next `put`.
  std::string_view find(NameId id);

  std::size_t size() const { return names_.size(); }

 private:
  struct Name {
    std::array<char, 253> bytes;
    std::uint8_t size;
    std::uint32_t generation;
    RecencyLinks recency;

    std::string_view text() const { return {bytes.data(), size}; }
  };
  static_assert(sizeof(Name) == 268);

  void drop_oldest();

  std::size_t max_size_;
  Pool<Name> names_;
  HashIndex index_;
  RecencyList<Name> by_use_;
  std::uint32_t last_generation_ = 0;
};

}  // namespace flowtell
