// SPDX-License-Identifier: Apache-2.0
//
// The options and the result of a tree grower: a tree whose leaves are not yet
// merged with those of the other trees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/app.h"
#include "model/forest.h"

namespace flowtell {

// The parent of nodes that are not right children: the root and left children.
inline constexpr std::uint32_t kNoParent = UINT32_MAX;

struct TreeOptions {
  std::size_t columns_per_split = 1;
  std::size_t min_samples_leaf = 1;  // bootstrap draws
  std::size_t max_depth = 0;         // 0: no limit
};

struct GrownTree {
  Tree nodes;  // a leaf's `next`: an app, or `apps` + a row of mixed_leaves
  std::vector<float> mixed_leaves;  // `apps` shares a row
  // By column: the decrease in Gini impurity by its cuts, each weighted by its
  // node's share of the samples.
  std::vector<double> impurity_decrease;
  double weight = 0;  // of all samples

  // Adds a leaf of samples with these weights by app, and their sum.
  void add_leaf(std::span<const double> weights, double sum);
};

// A row that a tree is grown from, with how often it was drawn.
struct Sample {
  std::uint32_t row;
  AppId app;
  std::uint8_t count;
};
static_assert(sizeof(Sample) == 8);

}  // namespace flowtell
