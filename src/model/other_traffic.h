// SPDX-License-Identifier: Apache-2.0
//
// Traffic of no trained app: negative examples for the unknown score. The
// program brings flows of its own lab (docs/lab.md), so that every model has
// some; `train --others` adds captures.
#pragma once

#include <vector>

#include "features/feature_list.h"

namespace flowtell {

// The lab's flows, one row of `features` after the other. Empty for features
// other than the default ones, for which there is no table.
std::vector<float> lab_traffic(const FeatureList& features);

}  // namespace flowtell
