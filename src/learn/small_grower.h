// SPDX-License-Identifier: Apache-2.0
//
// Grows what is below a node that holds few flows of few classes, which nearly
// all nodes of a forest do: the same tree as TreeGrower would, many times
// faster.
//
// A column of a node is one pass: each sample adds to its class's lane of its
// bin and marks the bin (bin_counts.h). Only bins marked are then visited and
// cleared, so a node of three samples costs three bins at most, and neither it
// nor one of thousands needs sorting.
//
// Work that cannot change the tree is left out: a column that is constant in a
// node stays so in all nodes below, and no column is better than one that parts
// the classes wholly. Columns are drawn all the same, so chance takes its
// course.
//
// A table of more rows than a sample can name is copied first, as far as the
// node's rows go; that copy has kMaxInLanes rows at most and is all the memory
// this takes, but for a few bytes a row. One thread at a time.
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

// A node that another grower leaves to this one.
struct SmallNode {
  std::span<const Sample> samples;
  std::span<const double> weights;  // by app
  std::size_t depth = 0;
};

class SmallGrower {
 public:
  // `columns` must outlive the grower.
  SmallGrower(const BinnedColumns& columns, const TreeOptions& options);

  // Whether a node is one for this grower, by what its samples of each app
  // weigh and what one draw of that weighs.
  static bool can_grow(std::span<const double> weights,
                       std::span<const double> class_weights);

  // Adds the node and all below it to the tree. REQUIRES: can_grow.
  void grow(const SmallNode& node, ColumnSampler& draw, Random& random,
            GrownTree& tree);

 private:
  template <std::size_t kLanes>
  struct Pending {
    ClassCounts<kLanes> counts;
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t parent;  // whose right child it is; kNoParent: none
    std::uint32_t depth;
  };
  template <std::size_t kLanes>
  struct Cut {
    ClassCounts<kLanes> left;
    double purity = 0;
    std::size_t column = 0;
    std::size_t lower = 0;  // the bins on both sides of it
    std::size_t upper = 0;
    bool found = false;
  };

  static constexpr std::size_t kMaxAtOnce = 4;
  struct ColumnGroup {
    std::array<std::size_t, kMaxAtOnce> columns;
    std::size_t size = 0;
  };
  template <std::size_t kLanes>
  using GroupCounts = std::array<BinCounts<kLanes>, kMaxAtOnce>;

  void pack(const SmallNode& node);
  void copy_bins(std::span<const Sample> samples);
  template <std::size_t kLanes>
  void grow_in_lanes(std::size_t depth, ColumnSampler& draw, Random& random,
                     GrownTree& tree);
  template <std::size_t kLanes>
  bool is_final(const Pending<kLanes>& node) const;
  template <std::size_t kLanes>
  Cut<kLanes> find_cut(const Pending<kLanes>& node, ColumnSampler& draw,
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

  // One bit a column: whether it is known to be constant. So many words for
  // each node that is pending, in their order; the node at hand has the first
  // that none of those has.
  std::vector<std::uint64_t> constant_;
  std::size_t words_a_node_;

  std::tuple<GroupCounts<8>, GroupCounts<16>, GroupCounts<32>> counts_;
};

}  // namespace flowtell
