// SPDX-License-Identifier: Apache-2.0
//
// Rows of a dataset with the same values in all columns, which no classifier
// can distinguish by these columns.
#pragma once

#include <cstdint>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

// Groups of equal rows, in row order.
std::vector<std::vector<std::uint32_t>> equal_rows(const Dataset& data);

// The highest accuracy any classifier can reach with these columns, because it
// must give equal rows the same app. Exact for the given rows. If nearly all
// rows differ it is close to 1 and says nothing.
struct LabelCeiling {
  double accuracy = 0;
  // The highest balanced accuracy, in general of another classifier.
  double balanced_accuracy = 0;
};

// REQUIRES: at least one row.
LabelCeiling label_ceiling(
    const Dataset& data, const std::vector<std::vector<std::uint32_t>>& groups);

}  // namespace flowtell
