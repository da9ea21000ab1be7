// SPDX-License-Identifier: Apache-2.0
//
// Which rows of a dataset have the same values in all columns: no classifier
// can tell these apart by them.
#pragma once

#include <cstdint>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

// Groups of rows with equal values, each in the order of the rows.
std::vector<std::vector<std::uint32_t>> equal_rows(const Dataset& data);

// The best that any classifier on these columns can do: of equal rows it can
// name but one app. Exact for the rows at hand; where nearly all rows differ
// it is 1, and says nothing.
struct LabelCeiling {
  double accuracy = 0;
  double balanced_accuracy = 0;  // by another classifier than the first
};

// REQUIRES: at least one row.
LabelCeiling label_ceiling(
    const Dataset& data, const std::vector<std::vector<std::uint32_t>>& groups);

}  // namespace flowtell
