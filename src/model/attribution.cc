// SPDX-License-Identifier: Apache-2.0
#include "model/attribution.h"

namespace flowtell {
namespace {

// A node's shares: the mean of its children's by weight, or the plain mean if
// neither child has weight.
void blend(std::span<const double> left, double left_weight,
           std::span<const double> right, double right_weight,
           std::span<double> out) {
  const double total = left_weight + right_weight;
  const double fraction = total > 0 ? left_weight / total : 0.5;
  for (std::size_t app = 0; app < out.size(); ++app) {
    out[app] = fraction * left[app] + (1 - fraction) * right[app];
  }
}

}  // namespace

std::vector<double> node_shares(const Forest& forest, const Tree& tree) {
  const std::size_t apps = forest.apps;
  std::vector<double> shares(tree.size() * apps);
  std::vector<double> weights(tree.size());
  const auto at = [&](std::size_t node) {
    return std::span(shares).subspan(node * apps, apps);
  };
  // In pre-order, children follow their parents.
  for (std::size_t i = tree.size(); i-- > 0;) {
    const TreeNode& node = tree[i];
    if (node.is_leaf()) {
      const auto leaf = forest.shares_of_leaf(node.next);
      std::copy(leaf.begin(), leaf.end(), at(i).begin());
      weights[i] = static_cast<double>(node.weight());
      continue;
    }
    weights[i] = weights[i + 1] + weights[node.next];
    blend(at(i + 1), weights[i + 1], at(node.next), weights[node.next], at(i));
  }
  return shares;
}

Attribution attribute(const Forest& forest, std::span<const float> row) {
  const std::size_t apps = forest.apps;
  Attribution result{apps, std::vector<double>(apps),
                     std::vector<double>(forest.width * apps)};
  for (const Tree& tree : forest.trees) {
    const std::vector<double> shares = node_shares(forest, tree);
    for (std::size_t app = 0; app < apps; ++app)
      result.base[app] += shares[app];
    walk_down(tree, row, [&](std::size_t column, auto from, auto to) {
      for (std::size_t app = 0; app < apps; ++app) {
        result.contributions[column * apps + app] +=
            shares[to * apps + app] - shares[from * apps + app];
      }
    });
  }
  const auto trees = static_cast<double>(forest.trees.size());
  for (double& share : result.base) share /= trees;
  for (double& contribution : result.contributions) contribution /= trees;
  return result;
}

}  // namespace flowtell
