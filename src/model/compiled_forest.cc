// SPDX-License-Identifier: Apache-2.0
#include "model/compiled_forest.h"

#include <algorithm>
#include <array>

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
  constexpr std::size_t kRowsAtOnce = 64;
  std::fill(shares.begin(), shares.end(), 0.0);
  const std::size_t count = rows.size() / width_;
  for (std::size_t begin = 0; begin < count; begin += kRowsAtOnce) {
    const std::size_t size = std::min(kRowsAtOnce, count - begin);
    judge_block(rows.subspan(begin * width_, size * width_),
                shares.subspan(begin * apps_, size * apps_));
  }
  const auto trees = static_cast<double>(roots_.size());
  for (double& share : shares) share /= trees;
}

// Few rows go down many trees at once, many rows down one.
void CompiledForest::judge_block(std::span<const float> rows,
                                 std::span<double> sums) const {
  const std::size_t count = rows.size() / width_;
  const std::size_t trees_at_once = kWalkers / count;
  std::array<std::uint32_t, kWalkers> leaves;
  for (std::size_t begin = 0; begin < roots_.size(); begin += trees_at_once) {
    const std::size_t trees = std::min(trees_at_once, roots_.size() - begin);
    find_leaves(std::span(roots_).subspan(begin, trees), rows, leaves);
    // The sums of a row are added up in the order of the trees.
    for (std::size_t slot = 0; slot < trees * count; ++slot) {
      const float* leaf = leaf_shares_.data() + leaves[slot] * apps_;
      double* sum = sums.data() + slot % count * apps_;
      for (std::size_t app = 0; app < apps_; ++app) {
        sum[app] += static_cast<double>(leaf[app]);
      }
    }
  }
}

// All walkers take a step in turn, so that each waits for its memory while the
// others go on; and no branch depends on where one goes.
void CompiledForest::find_leaves(std::span<const std::uint32_t> roots,
                                 std::span<const float> rows,
                                 std::span<std::uint32_t> leaves) const {
  struct Walker {
    std::uint32_t at;    // its node
    std::uint32_t row;   // where its row begins
    std::uint32_t slot;  // where its leaf goes: tree after tree, by row
  };
  std::array<Walker, kWalkers> walkers;
  std::size_t walking = 0;
  std::uint32_t slot = 0;
  for (const std::uint32_t root : roots) {
    for (std::uint32_t row = 0; row < rows.size();
         row += static_cast<std::uint32_t>(width_)) {
      walkers[walking] = {root, row, slot};
      leaves[slot++] = nodes_[root].child;
      walking += nodes_[root].column == kLeaf ? 0U : 1U;
    }
  }
  while (walking > 0) {
    std::size_t still = 0;
    for (std::size_t i = 0; i < walking; ++i) {
      Walker walker = walkers[i];
      const Node& node = nodes_[walker.at];
      const bool left = rows[walker.row + node.column] <= node.threshold;
      walker.at = node.child + static_cast<std::uint32_t>(!left);
      leaves[walker.slot] = nodes_[walker.at].child;
      walkers[still] = walker;
      still += static_cast<std::size_t>(nodes_[walker.at].column != kLeaf);
    }
    walking = still;
  }
}

}  // namespace flowtell
