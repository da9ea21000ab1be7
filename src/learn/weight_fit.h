// SPDX-License-Identifier: Apache-2.0
//
// Fits the weights of the scorers: those that minimise the mean logarithmic
// loss of held-out flows, with equal weight for every app. With one weight this
// is temperature scaling (Guo et al. 2017), so the probabilities are calibrated
// as far as future captures resemble the given ones.
//
// Each scorer is fitted on its own, and then one factor scales both together.
// A joint fit would let the scorer that is stronger on this network suppress
// the other: shape would leave names no weight, and be the only evidence on
// networks where it no longer fits.
#pragma once

#include "learn/row_classifier.h"

namespace flowtell {

// REQUIRES: the scores are held out (score_held_out).
EvidenceWeights fit_weights(const Dataset& data, const DatasetScores& scores,
                            EvidenceKinds kinds);

// The mean over the apps of the mean -log probability of the right app.
double log_loss(const Dataset& data, const Probabilities& probabilities);

}  // namespace flowtell
