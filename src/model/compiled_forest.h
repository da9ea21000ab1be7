// SPDX-License-Identifier: Apache-2.0
//
// A forest laid out for fast prediction. All nodes are in one array, siblings
// side by side and each tree in breadth-first order, so that the nodes near the
// root, which all rows visit, share cache lines.
//
// A prediction walks down each tree, and each step waits for the load before
// it. Sixteen walks therefore advance in step: while one waits the others move,
// and no branch depends on their path. With many rows, a block of rows walks
// down one tree while it is cached; one row walks down many trees. A finished
// walk stays on its leaf, which links to itself.
//
// The shares are exactly those of the plain form. Immutable: any number of
// threads may predict with one object.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/forest.h"

namespace flowtell {

class CompiledForest {
 public:
  explicit CompiledForest(const Forest& forest);

  // Writes one share per app for each row; rows are concatenated. REQUIRES:
  // with the forest's apps and width, shares.size() / apps == rows.size() /
  // width.
  void predict(std::span<const float> rows, std::span<double> shares) const;

 private:
  struct Node {
    float threshold;         // infinity in a leaf: no value exceeds it
    std::uint32_t distance;  // to the left child; the right follows. Leaf: 0
  };
  static_assert(sizeof(Node) == 8);

  class Walkers;

  void add(const Tree& tree);
  void predict_block(std::span<const float> rows, std::span<double> sums) const;

  std::size_t apps_;
  std::size_t width_;
  std::vector<Node> nodes_;
  // By node: the column it tests, and a leaf's row of leaf_shares_.
  std::vector<std::uint16_t> columns_;
  std::vector<std::uint32_t> leaves_;
  std::vector<std::uint32_t> roots_;
  std::vector<float> leaf_shares_;
};

}  // namespace flowtell
