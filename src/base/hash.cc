// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <random>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace flowtell {

std::uint64_t fixed_hash(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

std::array<std::uint8_t, 16> fixed_hash_128(std::string_view text) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, XXH3_128bits(text.data(), text.size()));
  return std::to_array(bytes.digest);
}

namespace detail {

std::uint64_t hash_bytes(const void* from, std::size_t size) {
  static const std::uint64_t secret = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }();
  return XXH3_64bits_withSeed(from, size, secret);
}

}  // namespace detail
}  // namespace flowtell
