// SPDX-License-Identifier: Apache-2.0
//
// Teaches witnesses and finds their weights. What is learned, weights included,
// is learned from the rows given and from nothing else; the weights from rows
// that the witnesses, for this once, were not taught.
#pragma once

#include "learn/weight_fit.h"

namespace flowtell {

// The weights of each of `kinds`, in their order.
std::vector<EvidenceWeights> learn_weights(
    const Dataset& data, const CrossValidationOptions& options,
    std::span<const EvidenceKinds> kinds);

// What was said of rows, and how to weigh it: all that a judge needs.
struct HeldOutScores {
  DatasetScores scores;
  RowWeights weights;
};

// Each row heard by what learned from the other folds alone.
HeldOutScores score_cross_validated(const Dataset& data,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds);

// The rows of `judged` heard by what learned from `taught`.
HeldOutScores score_test_set(const Dataset& trained, const Dataset& judged,
                             const CrossValidationOptions& options,
                             EvidenceKinds kinds);

}  // namespace flowtell
