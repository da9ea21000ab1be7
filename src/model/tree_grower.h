// SPDX-License-Identifier: Apache-2.0
//
// Grows one tree of a forest from quantised columns.
//
// A node is a range of one array of samples, split in place. For each of a few
// columns drawn at random the samples' classes are counted along the bins, and
// the cut between two bins that leaves the purest halves (Gini) is taken; the
// tree grows until nodes are pure or cannot be parted. Large nodes count into a
// histogram; small ones sort their few samples instead, for clearing and
// walking 256 bins would cost more than the samples do.
//
// Two habits of others are left out, as they do not pay here: a sibling's
// histogram by subtraction (only √columns are drawn per node, other ones for
// each), and bins re-learned per tree.
//
// Cost: O(samples · √columns · depth). A grower keeps its memory from tree to
// tree; one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "model/column_bins.h"
#include "model/forest.h"

namespace flowtell {

struct TreeOptions {
  std::size_t columns_per_split = 1;
  std::size_t smallest_leaf = 1;  // flows, counted with the bootstrap
  std::size_t deepest = 0;        // 0: no limit
};

// What a tree is before its leaves are joined with the other trees'.
struct GrownTree {
  Tree nodes;  // a leaf's `next`: an app, or `apps` + a row of mixed_leaves
  std::vector<float> mixed_leaves;  // `apps` shares a row
  // How much each column's cuts lessened the Gini impurity, weighted by the
  // share of the samples they were made on.
  std::vector<double> impurity_decrease;
};

class TreeGrower {
 public:
  // `class_weights`: what a flow of each app counts. All must outlive the
  // grower.
  TreeGrower(const BinnedColumns& columns, std::span<const AppId> labels,
             std::span<const double> class_weights, TreeOptions options);

  // Grows a tree from the rows, each counted as often as `counts` says (0: not
  // at all). REQUIRES: counts.size() is the number of rows, not all 0.
  GrownTree grow(std::span<const std::uint8_t> counts, Random& random);

 private:
  struct Sample {
    std::uint32_t row;
    AppId app;
    std::uint8_t count;
  };
  static_assert(sizeof(Sample) == 8);

  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t size() const { return end - begin; }
  };
  struct PendingNode {
    Range range;
    std::uint32_t parent;  // whose right child it is; kNoParent: none
    std::uint32_t depth;
  };
  // The best cut found so far.
  struct Cut {
    double purity = 0;  // of both halves; see consider()
    std::size_t column = 0;
    std::size_t lower = 0;  // the bins on both sides of it
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
  void add_leaf(GrownTree& tree);

  const BinnedColumns& columns_;
  std::span<const AppId> labels_;
  std::span<const double> class_weights_;
  TreeOptions options_;
  std::size_t apps_;

  std::vector<Sample> samples_;
  std::vector<PendingNode> pending_;
  std::vector<std::uint32_t> column_order_;

  // The node being split: its weight by class, in all, and the sum of squares.
  std::vector<double> node_weights_;
  double node_weight_ = 0;
  double node_squares_ = 0;
  double node_count_ = 0;

  // The halves while a cut moves along the bins.
  std::vector<double> left_weights_;
  double left_weight_ = 0;
  double left_squares_ = 0;
  double right_squares_ = 0;
  double left_count_ = 0;

  std::vector<std::uint32_t> histogram_;  // bin · apps + app
  std::vector<std::uint32_t> sorted_;
};

}  // namespace flowtell
