// SPDX-License-Identifier: Apache-2.0
#include "tool/preset_evaluation.h"

#include "base/text.h"
#include "tool/console.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

Result<Dataset> keep_within(const Preset& preset, const Dataset& data,
                            const std::string& captures) {
  Dataset kept = within(preset.limits, data);
  if (kept.rows() > 0) return kept;
  return fail(ErrorKind::kInput,
              "{}: none of its {} counts for --preset {}, which looks at {}; "
              "leave the preset out",
              captures, counted(data.rows(), "flow"), preset.name,
              limits_text(preset.limits));
}

Evaluation score(const PresetWork& work, const Dataset& judged, std::size_t met,
                 const PlainShares& shares) {
  const UnknownRule& rule = work.setting.rule;
  Evaluation evaluation = evaluate(judged, shares.apps, rule);
  PresetScore score = evaluate_preset(judged, shares, rule);
  score.name = work.preset.name;
  score.limits = limits_text(work.preset.limits);
  score.flows_met = met;
  evaluation.preset = std::move(score);
  return evaluation;
}

Result<Evaluation> judge_others(const PresetWork& work,
                                const Dataset& trained) {
  auto judged = keep_within(work.preset, *work.tested, work.setting.tested);
  if (!judged) return fail(std::move(judged).error());
  Progress progress("growing trees");
  ForestOptions forest = work.options.forest;
  forest.progress = std::ref(progress);
  return score(work, *judged, work.tested->rows(),
               predict_plain(trained, *judged, work.preset.relabels, forest));
}

Result<Evaluation> judge_cross_validated(const PresetWork& work,
                                         const Dataset& trained) {
  const auto folds = assign_folds(trained, work.options);
  work.setting.folds = count_folds(folds);
  if (work.setting.folds < 2) return no_split(work.setting);
  if (work.options.split != Split::kByFlow) warn_of_single_captures(trained);
  Progress progress("growing trees");
  ForestOptions forest = work.options.forest;
  forest.progress = std::ref(progress);
  return score(work, trained, work.learned.rows(),
               predict_plain_cross_validated(trained, folds,
                                             work.preset.relabels, forest));
}

}  // namespace

Result<Evaluation> evaluate_by_preset(const PresetWork& work) {
  auto trained = keep_within(work.preset, work.learned, work.setting.captures);
  if (!trained) return fail(std::move(trained).error());
  if (auto two = require_two_apps(*trained, work.setting.captures); !two) {
    return fail(std::move(two).error());
  }
  return work.tested != nullptr ? judge_others(work, *trained)
                                : judge_cross_validated(work, *trained);
}

}  // namespace flowtell
