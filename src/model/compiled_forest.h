// SPDX-License-Identifier: Apache-2.0
//
// A forest laid out for fast verdicts: all nodes in one array, 12 bytes each, a
// node's children side by side and every tree in breadth-first order, so that
// the nodes near the root, which all rows visit, share cache lines. Rows go
// down in step, many at a time, each a step of its own: many rows one tree, or
// one row many trees.
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

  std::size_t apps() const { return apps_; }
  std::size_t width() const { return width_; }

  // Fills `apps()` shares for each row of `width()` values, row after row.
  // REQUIRES: shares.size() / apps() == rows.size() / width().
  void judge(std::span<const float> rows, std::span<double> shares) const;

 private:
  struct Node {
    float threshold;
    std::uint32_t child;   // the left one; the right follows. Leaf: its row
    std::uint32_t column;  // kLeaf: a leaf
  };
  static_assert(sizeof(Node) == 12);
  static constexpr std::uint32_t kLeaf = UINT32_MAX;

  static constexpr std::size_t kWalkers = 128;  // at once

  void add(const Tree& tree);
  void judge_block(std::span<const float> rows, std::span<double> sums) const;
  // Fills the row of leaf_shares_ that each row of values reaches in each tree,
  // tree after tree.
  void find_leaves(std::span<const std::uint32_t> roots,
                   std::span<const float> rows,
                   std::span<std::uint32_t> leaves) const;

  std::size_t apps_;
  std::size_t width_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> roots_;
  std::vector<float> leaf_shares_;
};

}  // namespace flowtell
