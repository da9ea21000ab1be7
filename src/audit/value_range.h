// SPDX-License-Identifier: Apache-2.0
//
// The range of one column's values, a threshold or an interval, that best
// separates one app from the others: the simplest classifier.
//
// It is found in one pass over the sorted values. A row of the app weighs
// 1 / (flows of the app), a row of another app -1 / (flows of that app) /
// (number of other apps). The range is the run with the greatest sum (Bentley,
// "Programming pearls: algorithm design techniques", CACM 1984). With these
// weights an app's number of flows does not matter.
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

// The best range for `rows`. An end is half-way between the last value inside
// and the first outside. If no range separates the app, the result contains no
// finite value. REQUIRES: `rows` are sorted by the column's value, and contain
// the app and others.
ValueRange best_range(const Dataset& data, std::size_t column, AppId app,
                      std::span<const std::uint32_t> rows);

// The quality of a range: the share of the app's rows that are inside, and that
// of the other apps' rows (each of these apps with the same weight).
struct RangeScore {
  double inside = 0;
  double others_inside = 0;

  double balanced_accuracy() const { return (inside + 1 - others_inside) / 2; }
};

}  // namespace flowtell
