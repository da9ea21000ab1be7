// SPDX-License-Identifier: Apache-2.0
//
// Finds the confidence from which on verdicts must be named to keep a promise:
// the least one at which, of the held-out flows named, no greater share is
// wrong. The curve of risk against coverage (El-Yaniv and Wiener 2010), read
// from its other side.
#pragma once

#include "predict/row_judge.h"

namespace flowtell {

// REQUIRES: the probabilities come of held-out testimonies.
Promises fit_promises(const Dataset& data, const Probabilities& probabilities);

}  // namespace flowtell
