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

// The best accuracy possible on these columns, as equal rows get the same app.
// Exact for the given rows; 1 if nearly all rows differ, which means nothing.
struct LabelCeiling {
  double accuracy = 0;
  double balanced_accuracy = 0;  // by a different classifier
};

// REQUIRES: at least one row.
LabelCeiling label_ceiling(
    const Dataset& data, const std::vector<std::vector<std::uint32_t>>& groups);

}  // namespace flowtell
