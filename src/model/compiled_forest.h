// SPDX-License-Identifier: Apache-2.0
//
// A forest laid out for fast verdicts: all nodes in one array, a node's
// children side by side and every tree in breadth-first order, so that the
// nodes near the root, which all rows visit, share cache lines.
//
// A verdict is a walk down each tree, and a walk is a chain of loads of which
// each waits for the one before. So sixteen walks go on in step: while one
// waits the others move, and no branch depends on where they go. Of many rows,
// a block goes down one tree while that is in the cache; one row goes down many
// trees. A walk that has arrived stands on its leaf, which leads to itself,
// until the last of the sixteen has.
//
// Gives exactly the shares of the plain form. Any number of threads may judge
// with one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/forest.h"

namespace flowtell {

class CompiledForest {
 public:
  explicit CompiledForest(const Forest& forest);

  // Fills a share an app for each row of as many values as the forest looks at,
  // row after row. REQUIRES: shares.size() / apps() == rows.size() / width().
  void predict(std::span<const float> rows, std::span<double> shares) const;

 private:
  struct Node {
    float threshold;         // a leaf's: infinity, which nothing exceeds
    std::uint32_t distance;  // to the left child; the right follows. Leaf: 0
  };
  static_assert(sizeof(Node) == 8);

  class Walkers;

  void add(const Tree& tree);
  void predict_block(std::span<const float> rows, std::span<double> sums) const;

  std::size_t apps_;
  std::size_t width_;
  std::vector<Node> nodes_;
  // Of each node: the column it looks at; of a leaf, its row of leaf_shares_.
  std::vector<std::uint16_t> columns_;
  std::vector<std::uint32_t> leaves_;
  std::vector<std::uint32_t> roots_;
  std::vector<float> leaf_shares_;
};

}  // namespace flowtell
