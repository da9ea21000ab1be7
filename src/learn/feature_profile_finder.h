// SPDX-License-Identifier: Apache-2.0
//
// Computes a forest's feature profile. Each training flow's votes are
// attributed to features (attribution.h), using only the trees not grown from
// it.
#pragma once

#include "learn/out_of_bag.h"
#include "model/feature_profile.h"

namespace flowtell {

// REQUIRES: `oob` is the result of predict_out_of_bag for this forest and data.
FeatureProfile find_feature_profile(const BuiltForest& built,
                                    const OutOfBag& oob, const Dataset& data);

}  // namespace flowtell
