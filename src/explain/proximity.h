// SPDX-License-Identifier: Apache-2.0
//
// How alike two flows are to a forest: the share of its trees in which both
// fall into one leaf (Breiman 2001; "Random forests: manual", 2003).
#pragma once

#include <span>
#include <vector>

#include "model/examples.h"
#include "model/forest.h"

namespace flowtell {

struct Neighbour {
  std::size_t example = 0;  // its place among the examples
  double proximity = 0;     // from 0 to 1
};

// The nearest, nearest first, of equally near ones the first; none that shares
// no leaf. O(examples · trees · depth).
// REQUIRES: row.size() == forest.width.
std::vector<Neighbour> nearest_examples(const Forest& forest,
                                        std::span<const float> row,
                                        const Examples& examples,
                                        std::size_t most);

}  // namespace flowtell
