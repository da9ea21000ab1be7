// SPDX-License-Identifier: Apache-2.0
#include "learn/grown_tree.h"

namespace flowtell {

void GrownTree::add_leaf(std::span<const double> weights, double sum) {
  const std::size_t apps = weights.size();
  const auto weight_of_leaf = static_cast<float>(sum);
  for (std::size_t app = 0; app < apps; ++app) {
    if (weights[app] == sum) {
      nodes.push_back(
          {TreeNode::kLeaf, weight_of_leaf, static_cast<std::uint32_t>(app)});
      return;
    }
  }
  const std::size_t row = mixed_leaves.size() / apps;
  nodes.push_back({TreeNode::kLeaf, weight_of_leaf,
                   static_cast<std::uint32_t>(apps + row)});
  for (const double weight_of_app : weights) {
    mixed_leaves.push_back(static_cast<float>(weight_of_app / sum));
  }
}

}  // namespace flowtell
