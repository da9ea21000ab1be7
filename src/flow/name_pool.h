// SPDX-License-Identifier: Apache-2.0
//
// The names of servers that were seen of late, each kept once and named by a
// number of 8 bytes.
//
// Bounded: when `most` are held, the one unused longest makes way. Its place
// then bears another number, so whoever still holds the old one finds no name,
// never a wrong one. A name is used when it is put in and when it is looked up.
// So a flood of made-up names costs names, not memory. O(1).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/hash_index.h"
#include "base/pool.h"
#include "base/recency_list.h"

namespace flowtell {

struct NameId {
  std::uint32_t place = kNowhere;
  std::uint32_t turn = 0;  // which name in this place

  bool is_none() const { return place == kNowhere; }
  bool operator==(const NameId&) const = default;
};

class NamePool {
 public:
  static constexpr std::size_t kMax = 65'536;

  explicit NamePool(std::size_t most = kMax) : most_(most), by_use_(names_) {}
  NamePool(const NamePool&) = delete;
  NamePool& operator=(const NamePool&) = delete;

  // REQUIRES: at most 253 bytes. The empty text has no place.
  NameId put(std::string_view text);

  // Empty where the name had to make way. Valid until the next `put`.
  std::string_view find(NameId id);

  std::size_t size() const { return names_.size(); }

 private:
  struct Name {
    std::array<char, 253> bytes;
    std::uint8_t size;
    std::uint32_t turn;
    RecencyLinks recency;

    std::string_view text() const { return {bytes.data(), size}; }
  };
  static_assert(sizeof(Name) == 268);

  void drop_oldest();

  std::size_t most_;
  Pool<Name> names_;
  HashIndex index_;
  RecencyList<Name> by_use_;
  std::uint32_t turns_ = 0;
};

}  // namespace flowtell
