// SPDX-License-Identifier: Apache-2.0
#include "model/forest.h"

#include <algorithm>

namespace flowtell {

std::size_t Forest::leaf_node(const Tree& tree, std::span<const float> row) {
  std::size_t at = 0;
  while (!tree[at].is_leaf()) {
    const bool goes_left = row[tree[at].column] <= tree[at].threshold;
    at = goes_left ? at + 1 : tree[at].next;
  }
  return at;
}

std::uint32_t Forest::leaf_of(const Tree& tree,
                              std::span<const float> row) const {
  return tree[leaf_node(tree, row)].next;
}

void Forest::predict(std::span<const float> row,
                     std::span<double> shares) const {
  std::fill(shares.begin(), shares.end(), 0.0);
  for (const Tree& tree : trees) {
    const auto leaf = shares_of_leaf(leaf_of(tree, row));
    for (std::size_t app = 0; app < apps; ++app) {
      shares[app] += static_cast<double>(leaf[app]);
    }
  }
  for (double& share : shares) share /= static_cast<double>(trees.size());
}

}  // namespace flowtell
