// SPDX-License-Identifier: Apache-2.0
//
// Grows the subtree below a node with few flows of few classes, which nearly
// all nodes of a forest are. The result equals TreeGrower's, many times faster.
//
// A column of a node takes one pass: each sample adds to the lane of its class
// in its bin and marks the bin (bin_counts.h). Only marked bins are then
// visited and cleared, so a node of three samples costs at most three bins, and
// no node needs sorting.
//
// Work that cannot change the tree is skipped: a column constant in a node is
// constant in all nodes below, and no column is better than one that separates
// the classes completely. Columns are still drawn, so that the random sequence
// stays the same.
//
// One thread at a time. If the table has more rows than a LaneSample can index,
// the node's rows, at most kMaxInLanes, are copied first. Other memory is a few
// bytes per row.
#pragma once

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "learn/bin_counts.h"
#include "learn/column_bins.h"
#include "learn/column_sampler.h"
#include "learn/grown_tree.h"

namespace flowtell {

// The root of the subtree to grow.
struct SmallNode {
  std::span<const Sample> samples;
  std::span<const double> weights;  // by app
  std::size_t depth = 0;
};

class SmallGrower {
 public:
  // `columns` must outlive the grower.
  SmallGrower(const BinnedColumns& columns, const TreeOptions& options);

  // True if the node is small enough, given the weight of its samples by app
  // and the weight of one draw by app.
  static bool can_grow(std::span<const double> weights,
                       std::span<const double> class_weights);

  // Adds the node and its subtree to the tree. REQUIRES: can_grow.
  void grow(const SmallNode& node, ColumnSampler& sampler, Random& random,
            GrownTree& tree);

 private:
  template <std::size_t kLanes>
  struct Pending {
    ClassCounts<kLanes> counts;
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t parent;  // if a right child; else kNoParent
    std::uint32_t depth;
  };
  template <std::size_t kLanes>
  struct Cut {
    ClassCounts<kLanes> left;
    double purity = 0;
    std::size_t column = 0;
    std::size_t lower = 0;  // the bins on either side
    std::size_t upper = 0;
    bool found = false;
  };

  static constexpr std::size_t kMaxGroup = 4;
  struct ColumnGroup {
    std::array<std::size_t, kMaxGroup> columns;
    std::size_t size = 0;
  };
  template <std::size_t kLanes>
  using GroupCounts = std::array<BinCounts<kLanes>, kMaxGroup>;

  void pack(const SmallNode& node);
  void copy_bins(std::span<const Sample> samples);
  template <std::size_t kLanes>
  void grow_in_lanes(std::size_t depth, ColumnSampler& sampler, Random& random,
                     GrownTree& tree);
  template <std::size_t kLanes>
  bool is_final(const Pending<kLanes>& node) const;
  template <std::size_t kLanes>
  Cut<kLanes> find_cut(const Pending<kLanes>& node, ColumnSampler& sampler,
                       Random& random, std::span<std::uint64_t> constant);
  template <std::size_t kLanes>
  bool try_columns(const ColumnGroup& group, const Pending<kLanes>& node,
                   std::span<std::uint64_t> constant, Cut<kLanes>& best);
  template <std::size_t kLanes>
  void count_group(const ColumnGroup& group, const Pending<kLanes>& node);
  template <std::size_t kLanes>
  void add_leaf(const ClassCounts<kLanes>& counts, GrownTree& tree);
  std::uint32_t split(std::uint32_t begin, std::uint32_t end,
                      std::size_t column, std::size_t lower);

  const BinnedColumns& columns_;
  TreeOptions options_;

  const std::uint8_t* bins_ = nullptr;  // column after column
  std::size_t rows_ = 0;                // of each
  std::vector<std::uint8_t> copied_;
  std::vector<LaneSample> samples_;
  std::vector<LaneSample> aside_;
  std::vector<AppId> app_of_lane_;
  std::vector<double> leaf_weights_;  // by app

  // One bit per column: known to be constant. words_per_node_ words for each
  // pending node, in order, and after them those of the current node.
  std::vector<std::uint64_t> constant_;
  std::size_t words_per_node_;

  std::tuple<GroupCounts<8>, GroupCounts<16>, GroupCounts<32>> counts_;
};

}  // namespace flowtell
