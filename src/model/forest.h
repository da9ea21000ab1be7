// SPDX-License-Identifier: Apache-2.0
//
// A random forest (Breiman, "Random forests", Machine Learning 2001) in its
// plain form: the trainer builds it, a model file stores it, and every faster
// form is tested against it.
//
// A tree is a list of nodes in pre-order: the left child of a node is the next
// node, the right child is given by index. A row goes left if its value is at
// most the threshold. A leaf gives a row of `leaf_shares`, the apps' shares of
// its training flows, and the weight of these flows, so that the shares of
// every node follow from the leaves below it (model/attribution.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flowtell {

struct TreeNode {
  static constexpr std::uint16_t kLeaf = UINT16_MAX;

  std::uint16_t column;  // kLeaf: `next` is a row of leaf_shares
  float threshold;       // kLeaf: the weight of its training flows
  std::uint32_t next;    // else the index of the right child

  bool is_leaf() const { return column == kLeaf; }
  float weight() const { return threshold; }  // REQUIRES: is_leaf()
  bool operator==(const TreeNode&) const = default;
};

using Tree = std::vector<TreeNode>;

struct Forest {
  std::size_t apps = 0;
  std::size_t width = 0;  // columns of a row
  std::vector<Tree> trees;
  // `apps` numbers per row, summing to 1. The first `apps` rows are the pure
  // leaves, in the order of the apps.
  std::vector<float> leaf_shares;

  std::span<const float> shares_of_leaf(std::uint32_t leaf) const {
    return std::span(leaf_shares).subspan(leaf * apps, apps);
  }

  // The index in the tree of the leaf that a row reaches, and that leaf's row
  // of leaf_shares. REQUIRES: row.size() == width.
  static std::size_t leaf_node(const Tree& tree, std::span<const float> row);
  std::uint32_t leaf_of(const Tree& tree, std::span<const float> row) const;

  // Writes each app's share, the mean over the trees. REQUIRES: row.size() ==
  // width, shares.size() == apps.
  void predict(std::span<const float> row, std::span<double> shares) const;

  bool operator==(const Forest&) const = default;
};

}  // namespace flowtell
