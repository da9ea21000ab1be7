// SPDX-License-Identifier: Apache-2.0
//
// Fits EvidenceWeights to held-out scores: the weights of the scorers and the
// confidence floors for target errors. unknown_fit.h fits the unknown score.
#pragma once

#include "learn/row_classifier.h"

namespace flowtell {

// Fits the weights of the scorers: those that minimise the mean logarithmic
// loss of held-out flows, with equal weight for every app. With one weight this
// is temperature scaling (Guo et al. 2017), so the probabilities are calibrated
// as far as future captures resemble the given ones.
//
// Each scorer is fitted on its own, and then one factor scales both together.
// A joint fit would let the scorer that is stronger on this network suppress
// the other: shape would leave names no weight, and be the only evidence on
// networks where it no longer fits.
//
// With time, `alone` are the weights fitted to the same kinds without time;
// null: fitted here.
//
// REQUIRES: the scores are held out (score_held_out).
EvidenceWeights fit_weights(const Dataset& data, const DatasetScores& scores,
                            EvidenceKinds kinds,
                            const EvidenceWeights* alone = nullptr);

// The mean over the apps of the mean -log probability of the right app.
double log_loss(const Dataset& data, const Probabilities& probabilities);

// Finds the confidence floor for each target error: the lowest floor at which
// the share of wrong verdicts among the named held-out flows is at most the
// target. This inverts the risk-coverage curve (El-Yaniv and Wiener 2010).
//
// The target is not a guaranteed bound: errors within a capture are correlated,
// and future captures differ. On captures like the training captures, the
// target was met in every measurement (docs/accuracy.md). It may be missed on
// another network, and it does not cover early verdicts on flows that have not
// ended.
//
// REQUIRES: the probabilities come from held-out scores.
ErrorTargets fit_error_targets(const Dataset& data,
                               const Probabilities& probabilities);

}  // namespace flowtell
