// SPDX-License-Identifier: Apache-2.0
//
// Hash for tables with keys from the network: XXH3 (xxhash.com), keyed by a
// secret drawn at program start, so that senders cannot choose keys that
// collide. No output may depend on it. Only `fixed_hash` and `fixed_hash_128`
// have no secret.
#pragma once

#include <array>
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

// XXH3 without a secret: the same on every machine, for hashes in files.
std::uint64_t fixed_hash(std::string_view text);
// The same in 128 bits, for identifiers that must not collide.
std::array<std::uint8_t, 16> fixed_hash_128(std::string_view text);

}  // namespace flowtell
