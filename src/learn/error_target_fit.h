// SPDX-License-Identifier: Apache-2.0
//
// Finds the confidence from which on verdicts must be named to keep a promise:
// the least one at which, of the held-out flows named, no greater share is
// wrong. The curve of risk against coverage (El-Yaniv and Wiener 2010), read
// from its other side.
//
// It is no bound: flows of one capture err together, and the next captures are
// others. On captures like those it was made on, a promise was kept in every
// measurement (docs/accuracy.md); on another network it need not be, and for
// verdicts on flows that go on it was not made.
#pragma once

#include "learn/row_classifier.h"

namespace flowtell {

// REQUIRES: the probabilities come of held-out testimonies.
ErrorTargets fit_error_targets(const Dataset& data,
                               const Probabilities& probabilities);

}  // namespace flowtell
