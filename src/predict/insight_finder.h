// SPDX-License-Identifier: Apache-2.0
//
// Finds what a forest goes by: each training flow is judged, and its vote
// accounted for (attribution.h), by the trees alone that had not seen it.
#pragma once

#include "model/insight.h"
#include "model/out_of_bag.h"

namespace flowtell {

// REQUIRES: `judged` is what judge_out_of_bag gave for the same forest and
// data.
Insight find_insight(const BuiltForest& built, const OutOfBag& judged,
                     const Dataset& data);

}  // namespace flowtell
