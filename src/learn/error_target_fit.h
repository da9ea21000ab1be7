// SPDX-License-Identifier: Apache-2.0
//
// Finds the confidence floor for each target error: the lowest floor at which
// the share of wrong verdicts among the named held-out flows is at most the
// target. This inverts the risk-coverage curve (El-Yaniv and Wiener 2010).
//
// The target is not a guaranteed bound: errors within a capture are correlated,
// and future captures differ. On captures like the training captures, the
// target was met in every measurement (docs/accuracy.md). It may be missed on
// another network, and it does not cover early verdicts on flows that have not
// ended.
#pragma once

#include "learn/row_classifier.h"

namespace flowtell {

// REQUIRES: the probabilities come from held-out scores.
ErrorTargets fit_error_targets(const Dataset& data,
                               const Probabilities& probabilities);

}  // namespace flowtell
