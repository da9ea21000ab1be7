// SPDX-License-Identifier: Apache-2.0
//
// Trains a forest: each tree grows on its own bootstrap sample, from a random
// generator of its own, so the forest is the same for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "learn/quantised_table.h"
#include "model/dataset.h"
#include "model/forest.h"

namespace flowtell {

struct ForestOptions {
  std::size_t trees = 100;
  std::size_t columns_per_split = 0;  // 0: the square root of the columns
  std::size_t smallest_leaf = 1;
  std::size_t deepest = 0;  // 0: until leaves are pure
  // Whether apps count alike however many flows they gave: each bootstrap
  // sample draws as many from every app.
  bool balance_apps = true;
  std::uint64_t seed = 1;
  int threads = 1;
  // Called from any thread as trees are done: how many, of how many.
  std::function<void(std::size_t, std::size_t)> progress;
};

// Which rows a tree was grown from, be it from a part of them; one bit each.
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
  std::vector<RowSet> in_bag;  // of each tree
  // By column: the mean decrease in Gini impurity, each tree's summing to 1
  // (all 0 where no tree was cut).
  std::vector<double> impurity_importance;
};

// Learns from the rows and from their parts.
// REQUIRES: at least one row and one column; all values finite.
BuiltForest build_forest(const Dataset& data, const ForestOptions& options);
// The same from a table that is quantised already.
BuiltForest build_forest(const QuantisedTable& table,
                         const ForestOptions& options);

}  // namespace flowtell
