// SPDX-License-Identifier: Apache-2.0
//
// Finds what a forest goes by: each training flow is judged, and its vote
// accounted for (attribution.h), by the trees alone that had not seen it.
#pragma once

#include "learn/out_of_bag.h"
#include "model/feature_profile.h"

namespace flowtell {

// REQUIRES: `judged` is what predict_out_of_bag gave for the same forest and
// data.
FeatureProfile find_feature_profile(const BuiltForest& built,
                                    const OutOfBag& judged,
                                    const Dataset& data);

}  // namespace flowtell
