// SPDX-License-Identifier: Apache-2.0
#include "model/known_rows.h"

#include <algorithm>
#include <bit>

#include "base/byte_writer.h"
#include "base/hash.h"

namespace flowtell {
namespace {

// Of the values as little-endian bytes, like numbers in a model file.
std::uint32_t hash_of(std::span<const float> row) {
  if constexpr (std::endian::native == std::endian::big) {
    ByteWriter bytes;
    for (const float value : row) bytes.f32(value);
    return static_cast<std::uint32_t>(fixed_hash(bytes.bytes()));
  }
  return static_cast<std::uint32_t>(fixed_hash(
      {reinterpret_cast<const char*>(row.data()), row.size_bytes()}));
}

}  // namespace

KnownRows KnownRows::of(std::span<const float> values, std::size_t width) {
  KnownRows set;
  for (std::size_t at = 0; at < values.size(); at += width) {
    set.hashes_.push_back(hash_of(values.subspan(at, width)));
  }
  std::ranges::sort(set.hashes_);
  set.hashes_.erase(std::unique(set.hashes_.begin(), set.hashes_.end()),
                    set.hashes_.end());
  return set;
}

KnownRows KnownRows::of_hashes(std::vector<std::uint32_t> hashes) {
  KnownRows set;
  set.hashes_ = std::move(hashes);
  return set;
}

bool KnownRows::contains(std::span<const float> row) const {
  return std::ranges::binary_search(hashes_, hash_of(row));
}

}  // namespace flowtell
