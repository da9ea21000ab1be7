// SPDX-License-Identifier: Apache-2.0
//
// A random forest (Breiman, "Random forests", Machine Learning 2001) in its
// plain form: what the trainer builds, what a model file stores, and what every
// faster form is tested against.
//
// A tree is a list of nodes in pre-order: a node's left child is the next node,
// its right child is named. A row goes left where its value is at most the
// threshold. A leaf names a row of `leaf_shares`: how the training flows that
// reached it were shared among the apps. It also tells how much those flows
// weighed, so that the shares of any node follow from the leaves below it
// (model/attribution.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flowtell {

struct TreeNode {
  static constexpr std::uint16_t kLeaf = UINT16_MAX;

  std::uint16_t column;  // kLeaf: `next` is a row of leaf_shares
  float threshold;       // kLeaf: the weight of its training flows
  std::uint32_t next;    // else the right child's place in the tree

  bool is_leaf() const { return column == kLeaf; }
  float weight() const { return threshold; }  // REQUIRES: is_leaf()
  bool operator==(const TreeNode&) const = default;
};

using Tree = std::vector<TreeNode>;

struct Forest {
  std::size_t apps = 0;
  std::size_t width = 0;  // columns of the rows it judges
  std::vector<Tree> trees;
  // `apps` numbers a row, each row summing to 1; the first `apps` rows are the
  // pure leaves, in the order of the apps.
  std::vector<float> leaf_shares;

  std::span<const float> shares_of_leaf(std::uint32_t leaf) const {
    return std::span(leaf_shares).subspan(leaf * apps, apps);
  }

  // The place in the tree of the leaf that a row falls into; and the row of
  // leaf_shares that it names. REQUIRES: row.size() == width.
  static std::size_t place_of_leaf(const Tree& tree,
                                   std::span<const float> row);
  std::uint32_t leaf_of(const Tree& tree, std::span<const float> row) const;

  // Fills each app's share: the mean over the trees. REQUIRES: row.size() ==
  // width, shares.size() == apps.
  void predict(std::span<const float> row, std::span<double> shares) const;

  bool operator==(const Forest&) const = default;
};

}  // namespace flowtell
