// SPDX-License-Identifier: Apache-2.0
#include "learn/held_out_scores.h"

#include <algorithm>

#include "learn/error_target_fit.h"
#include "learn/novelty_fit.h"

namespace flowtell {
namespace {

Novelty learn_novelty(const Dataset& data, const ShapeOptions& options,
                      const DatasetScores& known) {
  const auto flows = data.flows_per_app();
  const auto apps =
      std::ranges::count_if(flows, [](auto count) { return count > 0; });
  if (apps < 3) return {};  // leaving one out must leave at least two
  return fit_novelty(data, known, score_left_out(data, options));
}

}  // namespace

std::vector<EvidenceWeights> learn_weights(
    const Dataset& data, const CrossValidationOptions& options,
    std::span<const EvidenceKinds> kinds) {
  const auto folds = assign_folds(data, options);
  // With one fold nothing can be held out: all weights keep their defaults.
  if (count_folds(folds) < 2) {
    return std::vector<EvidenceWeights>(kinds.size());
  }
  const DatasetScores scores =
      score_held_out(data, folds, part_of(options.forest, 0, 2));
  const Novelty novelty =
      learn_novelty(data, part_of(options.forest, 1, 2), scores);
  std::vector<EvidenceWeights> weights;
  for (const EvidenceKinds& each : kinds) {
    EvidenceWeights& fitted =
        weights.emplace_back(fit_weights(data, scores, each));
    fitted.novelty = novelty;
    fitted.error_targets = fit_error_targets(
        data, classify_captures(data, scores, {{fitted}, {}}, each));
  }
  return weights;
}

HeldOutScores score_cross_validated(const Dataset& data,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds) {
  HeldOutScores held_out;
  held_out.weights.fold_of = assign_folds(data, options);
  const auto& folds = held_out.weights.fold_of;
  held_out.weights.of_fold.resize(count_folds(folds));
  const std::size_t parts = count_folds(folds) + 1;
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t fold) {
    CrossValidationOptions inner = options;
    inner.forest = part_of(options.forest, fold, parts);
    held_out.weights.of_fold[fold] =
        learn_weights(data.select(rows.train), inner, {&kinds, 1}).front();
  });
  held_out.scores =
      score_held_out(data, folds, part_of(options.forest, parts - 1, parts));
  return held_out;
}

HeldOutScores score_test_set(const Dataset& train, const Dataset& test,
                             const CrossValidationOptions& options,
                             EvidenceKinds kinds) {
  HeldOutScores held_out;
  CrossValidationOptions inner = options;
  inner.forest = part_of(options.forest, 0, 2);
  held_out.weights.of_fold = learn_weights(train, inner, {&kinds, 1});
  const Scorers scorers = train_scorers(train, part_of(options.forest, 1, 2));
  held_out.scores = score(scorers, test, options.forest.threads);
  return held_out;
}

}  // namespace flowtell
