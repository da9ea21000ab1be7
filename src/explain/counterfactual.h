// SPDX-License-Identifier: Apache-2.0
//
// The smallest change of a single feature that makes a forest vote for another
// app.
//
// Values between two adjacent thresholds of the whole forest are equivalent.
// For each column, one value of every such interval is tried, outwards from the
// row's own, with all other features unchanged. The size of a change is the
// number of thresholds crossed, which makes columns of bytes and of flags
// comparable.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/forest.h"

namespace flowtell {

struct Counterfactual {
  std::size_t column = 0;
  // The nearest values that flip the vote are at most `bound`, or above it.
  bool at_most = false;
  float bound = 0;
  float value = 0;          // the nearest of them
  std::size_t crossed = 0;  // thresholds between the row's value and it
};

// At most one per column, the smallest change first; none if no single feature
// makes `app` the first. REQUIRES: row.size() == forest.width.
std::vector<Counterfactual> find_counterfactuals(const Forest& forest,
                                                 std::span<const float> row,
                                                 std::size_t app);

}  // namespace flowtell
