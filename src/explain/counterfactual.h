// SPDX-License-Identifier: Apache-2.0
//
// What single feature, changed how little, would make a forest vote for another
// app.
//
// Between two thresholds that follow each other in the whole forest, a value
// changes nothing. So for each column one value of every such interval is
// tried, from the row's own outwards, all other features left as they are. A
// change is as large as the number of thresholds it crosses: columns of bytes
// and of flags can be compared so.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/forest.h"

namespace flowtell {

struct Counterfactual {
  std::size_t column = 0;
  // The nearest values that tip the vote are at most, or above, this.
  bool at_most = false;
  float bound = 0;
  float value = 0;          // the nearest of them
  std::size_t crossed = 0;  // thresholds between the row's value and it
};

// At most one a column, the smallest change first; none where no single feature
// makes `app` the forest's first. REQUIRES: row.size() == forest.width.
std::vector<Counterfactual> find_counterfactuals(const Forest& forest,
                                                 std::span<const float> row,
                                                 std::size_t app);

}  // namespace flowtell
