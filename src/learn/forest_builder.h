// SPDX-License-Identifier: Apache-2.0
//
// Trains a forest. Each tree has its own bootstrap sample and random generator,
// so the forest is the same for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "learn/column_bins.h"
#include "model/dataset.h"
#include "model/forest.h"

namespace flowtell {

struct ForestOptions {
  static constexpr std::size_t kMaxTrees = 100'000;

  std::size_t trees = 100;
  std::size_t columns_per_split = 0;  // 0: the square root of the columns
  // In bootstrap draws. 0: two from 2,000 rows on, which halves the forest, and
  // one for fewer rows, whose apps have too few flows for that
  // (docs/accuracy.md).
  std::size_t min_samples_leaf = 0;
  std::size_t max_depth = 0;  // 0: until leaves are pure
  // Whether apps have equal weight regardless of their number of flows: each
  // bootstrap sample draws equally many flows from every app.
  bool balance_apps = true;
  std::uint64_t seed = 1;
  int threads = 1;
  // Called from any thread after each tree: trees done, trees in all.
  std::function<void(std::size_t, std::size_t)> progress;
};

// The rows that a tree was grown from, in whole or in part; one bit each.
class RowSet {
 public:
  explicit RowSet(std::size_t rows) : bits_((rows + 63) / 64) {}
  void add(std::size_t row) { bits_[row / 64] |= std::uint64_t{1} << row % 64; }
  bool contains(std::size_t row) const {
    return (bits_[row / 64] >> row % 64 & 1) != 0;
  }

 private:
  std::vector<std::uint64_t> bits_;
};

struct BuiltForest {
  Forest forest;
  std::vector<RowSet> in_bag;  // by tree
  // By column: the mean decrease in Gini impurity, normalised to 1 per tree
  // (all 0 if no tree has a cut).
  std::vector<double> impurity_importance;
};

// Trains on the rows and on their parts.
// REQUIRES: at least one row and one column; all values finite.
BuiltForest build_forest(const Dataset& data, const ForestOptions& options);
// The same from a quantised table.
BuiltForest build_forest(const QuantisedTable& table,
                         const ForestOptions& options);

}  // namespace flowtell
