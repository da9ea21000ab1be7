// SPDX-License-Identifier: Apache-2.0
//
// Judges the rows of a dataset as the bursts they came in, from what witnesses
// said of them: what the live judge does one burst at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/evidence.h"
#include "predict/witnesses.h"

namespace flowtell {

// Weights by row, where rows are of several folds with their own.
struct RowWeights {
  std::vector<EvidenceWeights> of_fold;
  std::vector<std::uint32_t> fold_of;  // by row; empty: all of the first

  const EvidenceWeights& of(std::size_t row) const {
    return of_fold[fold_of.empty() ? 0 : fold_of[row]];
  }
};

// Each capture for itself: at its beginning nothing is known of its devices.
Probabilities judge_captures(const Dataset& data,
                             const Testimonies& testimonies,
                             const RowWeights& weights, EvidenceKinds kinds);

// The captures as one day of one device: laid end to end in a seeded random
// order, half a minute apart, with what was believed in one carried over to the
// next.
Probabilities judge_timeline(const Dataset& data,
                             const Testimonies& testimonies,
                             const RowWeights& weights, EvidenceKinds kinds,
                             std::uint64_t seed);

}  // namespace flowtell
