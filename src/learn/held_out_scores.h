// SPDX-License-Identifier: Apache-2.0
//
// Trains scorers, fits their weights, and scores rows held out from training.
// Everything, weights included, is learned from the given rows alone. Weights
// are fitted on held-out scores within those rows.
#pragma once

#include "learn/weight_fit.h"

namespace flowtell {

// Fits the weights for each of `kinds`, in their order.
std::vector<EvidenceWeights> learn_weights(
    const Dataset& data, const CrossValidationOptions& options,
    std::span<const EvidenceKinds> kinds);

// Scores with the weights to combine them.
struct HeldOutScores {
  DatasetScores scores;
  RowWeights weights;
};

// Scores each row with what was learned from the other folds.
HeldOutScores score_cross_validated(const Dataset& data,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds);

// Scores the rows of `test` with what was learned from `train`.
HeldOutScores score_test_set(const Dataset& train, const Dataset& test,
                             const CrossValidationOptions& options,
                             EvidenceKinds kinds);

}  // namespace flowtell
