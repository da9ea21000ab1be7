// SPDX-License-Identifier: Apache-2.0
#include "learn/held_out_scores.h"

#include <algorithm>

#include "learn/evidence_fit.h"
#include "learn/temperature_fit.h"
#include "learn/unknown_fit.h"

namespace flowtell {
namespace {

// The rows scored without their apps; none where too few apps would remain.
std::optional<DatasetScores> score_left_out(const Dataset& data,
                                            const LeftOutGroups& groups,
                                            const ShapeOptions& options) {
  if (groups.apps_left() < 2) return std::nullopt;
  return score_held_out(data, groups.of_rows(), options);
}

// The weights fitted to these kinds so far, if any.
const EvidenceWeights* find_fitted(std::span<const EvidenceKinds> kinds,
                                   std::span<const EvidenceWeights> fitted,
                                   EvidenceKinds wanted) {
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    if (kinds[i] == wanted) return &fitted[i];
  }
  return nullptr;
}

// The weights learned from all rows of `data`.
EvidenceWeights weights_of(const Dataset& data,
                           const CrossValidationOptions& options,
                           EvidenceKinds kinds, UnknownFit unknown) {
  CrossValidationOptions first = options;
  first.forest = part_of(options.forest, 0, 2);
  CrossValidationOptions rest = options;
  rest.forest = part_of(options.forest, 1, 2);
  return learn_weights(data, score_folds(data, first), rest, {&kinds, 1},
                       unknown)
      .front();
}

// The weights for the rows of each fold, learned from the other folds. They are
// the first of `parts` parts of the work, one a fold.
RowWeights weights_of_folds(const Dataset& data,
                            std::span<const std::uint32_t> folds,
                            const CrossValidationOptions& options,
                            EvidenceKinds kinds, UnknownFit unknown,
                            std::size_t parts) {
  RowWeights weights;
  weights.fold_of.assign(folds.begin(), folds.end());
  weights.of_fold.resize(count_folds(folds));
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t fold) {
    CrossValidationOptions inner = options;
    inner.forest = part_of(options.forest, fold, parts);
    weights.of_fold[fold] =
        weights_of(data.select(rows.train), inner, kinds, unknown);
  });
  return weights;
}

}  // namespace

FoldScores score_folds(const Dataset& data,
                       const CrossValidationOptions& options) {
  FoldScores held_out;
  held_out.fold_of = assign_folds(data, options);
  if (held_out.is_empty()) return held_out;
  held_out.scores = score_held_out(data, held_out.fold_of, options.forest);
  return held_out;
}

std::vector<EvidenceWeights> learn_weights(
    const Dataset& data, const FoldScores& held_out,
    const CrossValidationOptions& options, std::span<const EvidenceKinds> kinds,
    UnknownFit unknown) {
  if (held_out.is_empty()) return std::vector<EvidenceWeights>(kinds.size());
  const DatasetScores& scores = held_out.scores;
  const LeftOutGroups groups(data);
  std::optional<DatasetScores> left_out;
  if (unknown == UnknownFit::kFit) {
    left_out = score_left_out(data, groups, options.forest);
  }
  const auto networks = network_folds(data);
  std::optional<DatasetScores> across;
  if (!networks.empty()) {
    across = score_held_out(data, networks, options.forest);
  }
  std::vector<EvidenceWeights> weights;
  weights.reserve(kinds.size());
  for (const EvidenceKinds& each : kinds) {
    const EvidenceWeights* const alone =
        find_fitted(kinds, weights, {each.shape, each.name, false});
    EvidenceWeights& fitted =
        weights.emplace_back(fit_weights(data, scores, each, alone));
    if (across) {
      fitted.temperature = fit_temperature(
          data, classify_captures(data, *across, {{fitted}, {}}, each));
    }
    if (left_out) {
      fitted.unknown = fit_unknown(
          data,
          {measure_unknown(data, scores, each, data.apps.size()),
           measure_unknown(data, *left_out, each, groups.apps_left())},
          held_out.fold_of);
    }
    fitted.error_targets = fit_error_targets(
        data, classify_captures(data, scores, {{fitted}, {}}, each));
  }
  return weights;
}

HeldOutScores score_cross_validated(const Dataset& data,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds, UnknownFit unknown) {
  HeldOutScores held_out;
  const auto folds = assign_folds(data, options);
  const std::size_t parts = count_folds(folds) + 1;
  held_out.weights =
      weights_of_folds(data, folds, options, kinds, unknown, parts);
  held_out.scores =
      score_held_out(data, folds, part_of(options.forest, parts - 1, parts));
  return held_out;
}

HeldOutScores score_cross_validated(const Dataset& data, FoldScores held_out,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds, UnknownFit unknown) {
  RowWeights weights = weights_of_folds(data, held_out.fold_of, options, kinds,
                                        unknown, count_folds(held_out.fold_of));
  return {std::move(held_out.scores), std::move(weights)};
}

HeldOutScores score_test_set(const Dataset& train, const Dataset& test,
                             const CrossValidationOptions& options,
                             EvidenceKinds kinds) {
  HeldOutScores held_out;
  CrossValidationOptions inner = options;
  inner.forest = part_of(options.forest, 0, 2);
  held_out.weights.of_fold = {
      weights_of(train, inner, kinds, UnknownFit::kFit)};
  const Scorers scorers = train_scorers(train, part_of(options.forest, 1, 2));
  held_out.scores = score(scorers, test, options.forest.threads);
  return held_out;
}

}  // namespace flowtell
