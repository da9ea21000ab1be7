// SPDX-License-Identifier: Apache-2.0
#include "predict/learner.h"

#include <algorithm>

#include "predict/novelty_fit.h"
#include "predict/promise_fit.h"

namespace flowtell {
namespace {

Novelty learn_novelty(const Dataset& data, const ShapeOptions& options,
                      const Testimonies& known) {
  const auto flows = data.flows_per_app();
  const auto apps =
      std::ranges::count_if(flows, [](auto count) { return count > 0; });
  if (apps < 3)
    return {};  // of two apps one left out leaves nothing to confuse
  return fit_novelty(data, known, hear_left_out(data, options));
}

}  // namespace

std::vector<EvidenceWeights> learn_weights(
    const Dataset& data, const CrossValidationOptions& options,
    std::span<const EvidenceKinds> kinds) {
  const auto folds = deal_folds(data, options);
  // Of one capture nothing can be held out: all weights stay as they are.
  if (count_folds(folds) < 2) {
    return std::vector<EvidenceWeights>(kinds.size());
  }
  const Testimonies heard =
      hear_held_out(data, folds, part_of(options.forest, 0, 2));
  const Novelty novelty =
      learn_novelty(data, part_of(options.forest, 1, 2), heard);
  std::vector<EvidenceWeights> weights;
  for (const EvidenceKinds& some : kinds) {
    EvidenceWeights& fitted =
        weights.emplace_back(fit_weights(data, heard, some));
    fitted.novelty = novelty;
    fitted.promises =
        fit_promises(data, judge_captures(data, heard, {{fitted}, {}}, some));
  }
  return weights;
}

Hearing hear_cross_validated(const Dataset& data,
                             const CrossValidationOptions& options,
                             EvidenceKinds kinds) {
  Hearing hearing;
  hearing.weights.fold_of = deal_folds(data, options);
  const auto& folds = hearing.weights.fold_of;
  hearing.weights.of_fold.resize(count_folds(folds));
  const std::size_t parts = count_folds(folds) + 1;
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t fold) {
    CrossValidationOptions inner = options;
    inner.forest = part_of(options.forest, fold, parts);
    hearing.weights.of_fold[fold] =
        learn_weights(data.select(rows.taught), inner, {&kinds, 1}).front();
  });
  hearing.testimonies =
      hear_held_out(data, folds, part_of(options.forest, parts - 1, parts));
  return hearing;
}

Hearing hear_others(const Dataset& taught, const Dataset& judged,
                    const CrossValidationOptions& options,
                    EvidenceKinds kinds) {
  Hearing hearing;
  CrossValidationOptions inner = options;
  inner.forest = part_of(options.forest, 0, 2);
  hearing.weights.of_fold = learn_weights(taught, inner, {&kinds, 1});
  const Witnesses witnesses =
      teach_witnesses(taught, part_of(options.forest, 1, 2));
  hearing.testimonies = hear(witnesses, judged, options.forest.threads);
  return hearing;
}

}  // namespace flowtell
