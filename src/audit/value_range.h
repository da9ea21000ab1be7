// SPDX-License-Identifier: Apache-2.0
//
// The range of one column that tells one app best from all others: a threshold
// or an interval, the simplest classifier there is.
//
// Found in one pass over the sorted values: each row of the app weighs one over
// its flows, each row of another app minus one over that app's and over the
// number of others, and the run with the greatest sum is the range (Bentley,
// "Programming pearls: algorithm design techniques", CACM 1984). So apps count
// alike however many flows they gave.
#pragma once

#include <cstdint>
#include <span>

#include "model/dataset.h"

namespace flowtell {

struct ValueRange {
  float low = 0;   // may be -infinity
  float high = 0;  // may be infinity

  bool holds(float value) const { return low <= value && value <= high; }
};

// Learned from `rows`, which are sorted by the column's value. Its ends lie
// half-way to the next value outside. Of a column that tells nothing it holds
// no finite value. REQUIRES: rows of the app and of others are among them.
ValueRange best_range(const Dataset& data, std::size_t column, AppId app,
                      std::span<const std::uint32_t> rows);

// How well a range tells an app: of the app's rows the share inside, and of the
// others' (each app's the same) the share inside.
struct RangeScore {
  double inside = 0;
  double others_inside = 0;

  double balanced_accuracy() const { return (inside + 1 - others_inside) / 2; }
};

}  // namespace flowtell
