// SPDX-License-Identifier: Apache-2.0
//
// A tree while it grows, before its leaves are joined with those of the other
// trees; what growers are asked for, and what they give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/app.h"
#include "model/forest.h"

namespace flowtell {

// Of a node that is no right child: the root, and every left child.
inline constexpr std::uint32_t kNoParent = UINT32_MAX;

struct TreeOptions {
  std::size_t columns_per_split = 1;
  std::size_t smallest_leaf = 1;  // flows, counted with the bootstrap
  std::size_t deepest = 0;        // 0: no limit
};

struct GrownTree {
  Tree nodes;  // a leaf's `next`: an app, or `apps` + a row of mixed_leaves
  std::vector<float> mixed_leaves;  // `apps` shares a row
  // How much each column's cuts lessened the Gini impurity, weighted by the
  // share of the samples they were made on.
  std::vector<double> impurity_decrease;
  double weight = 0;  // of all samples

  // Adds a leaf of samples that weigh so much by app, and in all.
  void add_leaf(std::span<const double> weights, double sum);
};

// A row that a tree is grown from, and how often it was drawn.
struct Sample {
  std::uint32_t row;
  AppId app;
  std::uint8_t count;
};
static_assert(sizeof(Sample) == 8);

}  // namespace flowtell
