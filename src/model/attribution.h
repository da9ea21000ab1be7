// SPDX-License-Identifier: Apache-2.0
//
// Attributes a forest's vote to the features.
//
// The method (Saabas 2014, "treeinterpreter"): the root of a tree holds the
// apps' shares of all its training flows. Each split on a row's path changes
// these shares, and the change is credited to the split's column. Base shares
// and contributions thus add up exactly to the leaf's shares, and their means
// over the trees to the forest's shares.
//
// Deep splits get more credit than Shapley values would give them. This seldom
// changes the order of the features.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/forest.h"

namespace flowtell {

// The apps' shares of the training flows that reached each node, `forest.apps`
// numbers per node. O(nodes · apps).
std::vector<double> node_shares(const Forest& forest, const Tree& tree);

// Calls `call(column, from, to)` for each split on the row's path, with the
// indices of the node and of the chosen child.
template <typename Call>
void walk_down(const Tree& tree, std::span<const float> row, Call&& call) {
  std::size_t at = 0;
  while (!tree[at].is_leaf()) {
    const bool goes_left = row[tree[at].column] <= tree[at].threshold;
    const std::size_t next = goes_left ? at + 1 : tree[at].next;
    call(std::size_t{tree[at].column}, at, next);
    at = next;
  }
}

struct Attribution {
  std::size_t apps = 0;
  std::vector<double> base;           // by app: shares before any feature
  std::vector<double> contributions;  // `apps` numbers per column

  double of(std::size_t column, std::size_t app) const {
    return contributions[column * apps + app];
  }
};

// REQUIRES: row.size() == forest.width.
Attribution attribute(const Forest& forest, std::span<const float> row);

}  // namespace flowtell
