// SPDX-License-Identifier: Apache-2.0
//
// Teaches witnesses and finds their weights. What is learned, weights included,
// is learned from the rows given and from nothing else; the weights from rows
// that the witnesses, for this once, were not taught.
#pragma once

#include "predict/evidence_fit.h"

namespace flowtell {

// The weights of each of `kinds`, in their order.
std::vector<EvidenceWeights> learn_weights(
    const Dataset& data, const CrossValidationOptions& options,
    std::span<const EvidenceKinds> kinds);

// What was said of rows, and how to weigh it: all that a judge needs.
struct Hearing {
  Testimonies testimonies;
  RowWeights weights;
};

// Each row heard by what learned from the other folds alone.
Hearing hear_cross_validated(const Dataset& data,
                             const CrossValidationOptions& options,
                             EvidenceKinds kinds);

// The rows of `judged` heard by what learned from `taught`.
Hearing hear_others(const Dataset& taught, const Dataset& judged,
                    const CrossValidationOptions& options, EvidenceKinds kinds);

}  // namespace flowtell
