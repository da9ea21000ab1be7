// SPDX-License-Identifier: Apache-2.0
//
// Hash for tables with keys from the network: XXH3 (xxhash.com), keyed by a
// secret drawn at program start, so that senders cannot choose keys that
// collide. No output may depend on it.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace flowtell {

namespace detail {
std::uint64_t hash_bytes(const void* from, std::size_t size);
}

// REQUIRES: equal values have equal bytes (no padding).
template <typename Key>
std::uint64_t keyed_hash(const Key& key) {
  static_assert(std::has_unique_object_representations_v<Key>);
  return detail::hash_bytes(&key, sizeof key);
}

inline std::uint64_t keyed_hash(std::string_view text) {
  return detail::hash_bytes(text.data(), text.size());
}

}  // namespace flowtell
