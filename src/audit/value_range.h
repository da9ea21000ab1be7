// SPDX-License-Identifier: Apache-2.0
//
// The range of one column that best identifies one app: a threshold or an
// interval, the simplest classifier.
//
// It takes one pass over the sorted values. Each row of the app has the weight
// 1 / (its flows), each row of another app -1 / (its flows) / (number of other
// apps), and the run with the greatest sum is the range (Bentley, "Programming
// pearls: algorithm design techniques", CACM 1984). Apps thus count alike
// regardless of their flows.
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

// Fitted on `rows`, sorted by the value of the column. The ends are half-way to
// the next value outside. An uninformative column gives a range without finite
// values. REQUIRES: `rows` contain the app and others.
ValueRange best_range(const Dataset& data, std::size_t column, AppId app,
                      std::span<const std::uint32_t> rows);

// The quality of a range: the share inside of the rows of the app, and of the
// others (each app weighted the same).
struct RangeScore {
  double inside = 0;
  double others_inside = 0;

  double balanced_accuracy() const { return (inside + 1 - others_inside) / 2; }
};

}  // namespace flowtell
