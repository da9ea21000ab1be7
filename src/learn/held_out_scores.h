// SPDX-License-Identifier: Apache-2.0
//
// Trains scorers, fits their weights, and scores rows held out from training.
// Everything, weights included, is learned from the given rows alone. Weights
// are fitted on held-out scores within those rows.
#pragma once

#include "learn/evidence_fit.h"

namespace flowtell {

// Each row's scores by scorers trained on the other folds. Everything that is
// fitted to held-out scores (weights, error targets, ambiguity, the accuracy
// estimate) shares them: they are most of the work of training.
struct FoldScores {
  std::vector<std::uint32_t> fold_of;  // by row
  DatasetScores scores;

  // With fewer than two folds nothing is held out, and there are no scores.
  bool is_empty() const { return count_folds(fold_of) < 2; }
};
FoldScores score_folds(const Dataset& data,
                       const CrossValidationOptions& options);

// Whether the unknown score is fitted, which trains a scorer for each group of
// apps left out. Without it, weights give probabilities but no unknown score.
enum class UnknownFit { kFit, kSkip };

// Fits the weights for each of `kinds`, in their order. Without held-out
// scores all weights keep their defaults. Captures of several networks are also
// scored by what is learned from the others, for the temperature.
// REQUIRES: `held_out` are the scores of `data` with these options.
std::vector<EvidenceWeights> learn_weights(
    const Dataset& data, const FoldScores& held_out,
    const CrossValidationOptions& options, std::span<const EvidenceKinds> kinds,
    UnknownFit unknown = UnknownFit::kFit);

// Scores with the weights to combine them.
struct HeldOutScores {
  DatasetScores scores;
  RowWeights weights;
};

// Scores each row with what was learned from the other folds, weights included.
HeldOutScores score_cross_validated(const Dataset& data,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds,
                                    UnknownFit unknown = UnknownFit::kFit);
// The same, given the scores of the folds.
HeldOutScores score_cross_validated(const Dataset& data, FoldScores held_out,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds,
                                    UnknownFit unknown = UnknownFit::kFit);

// Scores the rows of `test` with what was learned from `train`.
HeldOutScores score_test_set(const Dataset& train, const Dataset& test,
                             const CrossValidationOptions& options,
                             EvidenceKinds kinds);

}  // namespace flowtell
