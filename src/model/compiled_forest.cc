// SPDX-License-Identifier: Apache-2.0
#include "model/compiled_forest.h"

#include <algorithm>

namespace flowtell {

CompiledForest::CompiledForest(const Forest& forest)
    : apps_(forest.apps),
      width_(forest.width),
      leaf_shares_(forest.leaf_shares) {
  for (const Tree& tree : forest.trees) add(tree);
}

void CompiledForest::add(const Tree& tree) {
  // `places[i]` is where in the plain tree the i-th node of this one stands.
  std::vector<std::uint32_t> places = {0};
  const auto root = static_cast<std::uint32_t>(nodes_.size());
  roots_.push_back(root);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const TreeNode& node = tree[places[i]];
    if (node.is_leaf()) {
      nodes_.push_back({0, node.next, kLeaf});
      continue;
    }
    nodes_.push_back({node.threshold,
                      root + static_cast<std::uint32_t>(places.size()),
                      node.column});
    places.push_back(places[i] + 1);
    places.push_back(node.next);
  }
}

void CompiledForest::judge(std::span<const float> rows,
                           std::span<double> shares) const {
  constexpr std::size_t kBlock = 64;
  std::fill(shares.begin(), shares.end(), 0.0);
  const std::size_t count = rows.size() / width_;
  for (std::size_t block = 0; block < count; block += kBlock) {
    const std::size_t end = std::min(block + kBlock, count);
    for (const std::uint32_t root : roots_) {
      for (std::size_t i = block; i < end; ++i) {
        const float* row = rows.data() + i * width_;
        std::uint32_t at = root;
        while (nodes_[at].column != kLeaf) {
          const Node& node = nodes_[at];
          at = node.child + (row[node.column] <= node.threshold ? 0 : 1);
        }
        const float* leaf = leaf_shares_.data() + nodes_[at].child * apps_;
        double* sum = shares.data() + i * apps_;
        for (std::size_t app = 0; app < apps_; ++app) {
          sum[app] += static_cast<double>(leaf[app]);
        }
      }
    }
  }
  const auto trees = static_cast<double>(roots_.size());
  for (double& share : shares) share /= trees;
}

}  // namespace flowtell
