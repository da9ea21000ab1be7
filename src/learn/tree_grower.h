// SPDX-License-Identifier: Apache-2.0
//
// Grows one tree of a forest from quantised columns.
//
// A node is a range of one array of samples, split in place. For each of a few
// random columns, the samples' classes are counted along the bins, and the cut
// with the purest halves (Gini) is taken. The tree grows until nodes are pure
// or cannot be cut. Subtrees of nodes with few flows and classes go to the
// small grower, which is nearly all of the work. This class handles the first
// nodes of large tables, nodes of many classes, and nodes with weights other
// than 1. It counts into a histogram, or sorts if samples are few relative to
// classes.
//
// Two common optimisations do not pay here: computing a sibling's histogram by
// subtraction (each node draws its own √columns columns), and new bins per
// tree.
//
// One thread at a time. Cost: O(samples · √columns · depth). Memory: 16 bytes
// per sample, kept from tree to tree.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "learn/column_bins.h"
#include "learn/column_sampler.h"
#include "learn/grown_tree.h"
#include "learn/small_grower.h"

namespace flowtell {

class TreeGrower {
 public:
  // `class_weights`: the weight of one flow, by app. All arguments but
  // `options` must outlive the grower.
  TreeGrower(const BinnedColumns& columns, std::span<const AppId> labels,
             std::span<const double> class_weights, TreeOptions options);

  // Grows a tree from the rows, each counted `counts[row]` times.
  // REQUIRES: counts.size() is the number of rows, not all 0.
  GrownTree grow(std::span<const std::uint8_t> counts, Random& random);

 private:
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t size() const { return end - begin; }
  };
  struct PendingNode {
    Range range;
    std::uint32_t parent;  // if a right child; else kNoParent
    std::uint32_t depth;
  };
  // The best cut found so far.
  struct Cut {
    double purity = 0;  // of both halves; see consider()
    std::size_t column = 0;
    std::size_t lower = 0;  // the bins on either side
    std::size_t upper = 0;
    bool found = false;
  };

  void count_classes(Range range);
  bool is_final(const PendingNode& node) const;
  Cut find_cut(Range range, Random& random);
  bool try_column(std::size_t column, Range range, Cut& best);
  bool try_by_histogram(std::size_t column, Range range, Cut& best);
  bool try_by_sorting(std::size_t column, Range range, Cut& best);
  void begin_halves();
  void move_left(AppId app, double count);
  void consider(std::size_t column, std::size_t lower, std::size_t upper,
                Cut& best);
  std::uint32_t split(Range range, const Cut& cut);

  const BinnedColumns& columns_;
  std::span<const AppId> labels_;
  std::span<const double> class_weights_;
  TreeOptions options_;
  std::size_t apps_;

  std::vector<Sample> samples_;
  std::vector<Sample> aside_;  // the right half, while a node is split
  std::vector<PendingNode> pending_;
  ColumnSampler sampler_;
  SmallGrower small_;

  // The node being split: its weight by class, the total, the sum of squares.
  std::vector<double> node_weights_;
  double node_weight_ = 0;
  double node_squares_ = 0;
  double node_count_ = 0;

  // The halves, updated while the cut moves along the bins.
  std::vector<double> left_weights_;
  double left_weight_ = 0;
  double left_squares_ = 0;
  double right_squares_ = 0;
  double left_count_ = 0;

  std::vector<std::uint32_t> histogram_;  // bin · apps + app
  std::vector<std::uint32_t> sorted_;
};

}  // namespace flowtell
