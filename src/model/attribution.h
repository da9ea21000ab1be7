// SPDX-License-Identifier: Apache-2.0
//
// Which features moved a forest's vote, and how much.
//
// The idea (Saabas 2014, "treeinterpreter"): at the root of a tree stands how
// its training flows were shared among the apps. Each cut on a row's way down
// changes the shares; what it changes is put to the account of its column. So
// base rate and contributions add up to the share of the leaf, and their means
// over the trees to the forest's share, exactly.
//
// Cuts deep in a tree get more than a fair division (Shapley values) would give
// them; for the order of the features that seldom matters, and it is what the
// trees did.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/forest.h"

namespace flowtell {

// By node: the shares of the apps among the training flows that reached it,
// `forest.apps` numbers a node; from the leaves up, in O(nodes · apps).
std::vector<double> node_shares(const Forest& forest, const Tree& tree);

// Calls with each cut on the row's way: its column, the place it stands at and
// the place it leads to.
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
  std::vector<double> contributions;  // `apps` numbers a column

  double of(std::size_t column, std::size_t app) const {
    return contributions[column * apps + app];
  }
};

// REQUIRES: row.size() == forest.width.
Attribution attribute(const Forest& forest, std::span<const float> row);

}  // namespace flowtell
