// SPDX-License-Identifier: Apache-2.0
//
// Finds how much each witness is to be believed: the weights under which flows
// that the witnesses were not taught get the best probabilities (least mean
// logarithmic loss, every app counting alike). With one weight this is
// temperature scaling (Guo et al. 2017), so what comes out is calibrated, as
// far as the captures at hand are like those to come.
//
// Each witness is weighed by itself, as if the other were not there, and then
// both by one factor for what they say together. Weighed against each other,
// the one that is stronger on the network at hand silences the other: shape
// there leaves names nothing to add, and is then alone where it no longer fits.
#pragma once

#include "learn/row_classifier.h"

namespace flowtell {

// REQUIRES: the testimonies are held out (score_held_out).
EvidenceWeights fit_weights(const Dataset& data, const DatasetScores& scores,
                            EvidenceKinds kinds);

// The mean of the apps' mean -log probability of the right app.
double log_loss(const Dataset& data, const Probabilities& probabilities);

}  // namespace flowtell
