// SPDX-License-Identifier: Apache-2.0
//
// Counts which app each row is classified as, with every flow named.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/cross_validation.h"
#include "model/model.h"

namespace flowtell {

// [i][j]: the number of rows of app i whose likeliest app is j.
using ConfusionMatrix = std::vector<std::vector<std::uint64_t>>;

// REQUIRES: one row of probabilities per row of data.
ConfusionMatrix count_confusions(const Dataset& data,
                                 const Probabilities& probabilities);

// Apps without rows do not count for the balanced accuracy.
Score score_of(const ConfusionMatrix& confusion);

// The nonzero entries, row by row.
std::vector<Confusion> nonzero_confusions(const ConfusionMatrix& confusion);

}  // namespace flowtell
