// SPDX-License-Identifier: Apache-2.0
//
// Draws the columns that are tried for the cut of a tree node, at random and
// without replacement: `per_node` columns, and more until one can be cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "base/random.h"

namespace flowtell {

class ColumnSampler {
 public:
  ColumnSampler(std::size_t columns, std::size_t per_node)
      : order_(columns), per_node_(per_node) {}

  // Call before each tree, so that its draws depend only on its generator.
  void begin_tree() { std::iota(order_.begin(), order_.end(), 0u); }

  // Call before each node.
  void begin_node() { drawn_ = 0; }

  // Whether another column must be drawn for this node. `any_can_be_cut`: a
  // column drawn so far can be cut.
  bool must_draw(bool any_can_be_cut) const {
    return drawn_ < order_.size() && (drawn_ < per_node_ || !any_can_be_cut);
  }
  // REQUIRES: must_draw.
  std::size_t next(Random& random) {
    const auto left = static_cast<std::uint32_t>(order_.size() - drawn_);
    std::swap(order_[drawn_], order_[drawn_ + random.below(left)]);
    return order_[drawn_++];
  }

 private:
  std::vector<std::uint32_t> order_;
  std::size_t per_node_;
  std::size_t drawn_ = 0;
};

}  // namespace flowtell
