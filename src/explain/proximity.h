// SPDX-License-Identifier: Apache-2.0
//
// The proximity of two flows in a forest: the share of its trees in which both
// reach the same leaf (Breiman 2001; "Random forests: manual", 2003).
#pragma once

#include <span>
#include <vector>

#include "model/examples.h"
#include "model/forest.h"

namespace flowtell {

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
