// SPDX-License-Identifier: Apache-2.0
//
// Why a forest votes for an app on one row: the smallest changes that would
// turn the vote, and the training flows that its trees find similar.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/examples.h"
#include "model/forest.h"

namespace flowtell {

// The smallest change of a single feature that makes a forest vote for another
// app.
//
// Values between two adjacent thresholds of the whole forest are equivalent.
// For each column, one value of every such interval is tried, outwards from the
// row's own, with all other features unchanged. The size of a change is the
// number of thresholds crossed, which makes columns of bytes and of flags
// comparable.
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

// A training flow by its proximity to the row in a forest: the share of its
// trees in which both reach the same leaf (Breiman 2001; "Random forests:
// manual", 2003).
struct Neighbour {
  std::size_t example = 0;  // index in Examples
  double proximity = 0;     // from 0 to 1
};

// At most `max_count` examples, nearest first and ties in order, without those
// that share no leaf. O(examples · trees · depth). REQUIRES: row.size() ==
// forest.width.
std::vector<Neighbour> nearest_examples(const Forest& forest,
                                        std::span<const float> row,
                                        const Examples& examples,
                                        std::size_t max_count);

}  // namespace flowtell
