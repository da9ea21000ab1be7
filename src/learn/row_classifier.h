// SPDX-License-Identifier: Apache-2.0
//
// Judges the rows of a dataset as the bursts they came in, from what witnesses
// said of them: what the live judge does one burst at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/scorers.h"
#include "model/evidence.h"

namespace flowtell {

// Weights by row, where rows are of several folds with their own. A burst is
// weighed as its first row is: only a split by flow parts bursts.
struct RowWeights {
  std::vector<EvidenceWeights> of_fold;
  std::vector<std::uint32_t> fold_of;  // by row; empty: all of the first

  const EvidenceWeights& of(std::size_t row) const {
    return of_fold[fold_of.empty() ? 0 : fold_of[row]];
  }
};

// Each capture for itself: at its beginning nothing is known of its devices.
Probabilities classify_captures(const Dataset& data,
                                const DatasetScores& scores,
                                const RowWeights& weights, EvidenceKinds kinds);

// Where a capture stands in a day of one device: its rows, and by how much they
// are moved.
struct CapturePlace {
  std::size_t begin = 0;  // its rows are [begin, end)
  std::size_t end = 0;
  Duration shift{};
};

// The captures laid end to end in a seeded random order, half a minute apart,
// from the time 0 on; those without rows are left out.
std::vector<CapturePlace> lay_out_day(const Dataset& data, std::uint64_t seed);

// The captures as one day of one device, laid out as above, with what was
// believed in one carried over to the next.
Probabilities classify_timeline(const Dataset& data,
                                const DatasetScores& scores,
                                const RowWeights& weights, EvidenceKinds kinds,
                                std::uint64_t seed);

}  // namespace flowtell
