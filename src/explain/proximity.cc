// SPDX-License-Identifier: Apache-2.0
#include "explain/proximity.h"

#include <algorithm>

namespace flowtell {

std::vector<Neighbour> nearest_examples(const Forest& forest,
                                        std::span<const float> row,
                                        const Examples& examples,
                                        std::size_t max_count) {
  std::vector<std::size_t> shared(examples.size());
  for (const Tree& tree : forest.trees) {
    const std::size_t own = Forest::leaf_node(tree, row);
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const bool same = Forest::leaf_node(tree, examples.row(i)) == own;
      shared[i] += same ? 1 : 0;
    }
  }
  std::vector<Neighbour> near;
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i] == 0) continue;
    near.push_back({i, static_cast<double>(shared[i]) /
                           static_cast<double>(forest.trees.size())});
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.proximity > b.proximity;
  });
  near.resize(std::min(near.size(), max_count));
  return near;
}

}  // namespace flowtell
