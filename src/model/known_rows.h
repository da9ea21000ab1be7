// SPDX-License-Identifier: Apache-2.0
//
// The feature rows of the training flows, as a set: has a flow been seen in
// training exactly so? Rows are stored as sorted 32-bit hashes, so an unseen
// row is taken for a seen one with a probability of rows / 2^32.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flowtell {

class KnownRows {
 public:
  KnownRows() = default;

  // `values` holds rows of `width` values.
  static KnownRows of(std::span<const float> values, std::size_t width);
  // REQUIRES: sorted, without duplicates.
  static KnownRows of_hashes(std::vector<std::uint32_t> hashes);

  bool contains(std::span<const float> row) const;

  const std::vector<std::uint32_t>& hashes() const { return hashes_; }

 private:
  std::vector<std::uint32_t> hashes_;
};

}  // namespace flowtell
