// SPDX-License-Identifier: Apache-2.0
#include "tool/preset_evaluation.h"

#include "base/text.h"
#include "tool/console.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  names.reserve(kPresets.size());
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

// Compares values, numbers by value: "1" equals "1.0".
bool is_same(const std::string& given, const std::string& wanted) {
  if (given == wanted) return true;
  const auto number = parse_number<double>(given);
  return number && number == parse_number<double>(wanted);
}

}  // namespace

void PresetArguments::define(CLI::App& command) {
  command_ = &command;
  command
      .add_option(
          "--preset", name_,
          "Use a paper's flow key, limits, features, forest and rule: " +
              listed(preset_names()))
      ->type_name("NAME")
      ->check(CLI::IsMember(preset_names()));
}

Result<const Preset*> PresetArguments::apply() const {
  const Preset* const preset = find_preset(name_);
  if (preset == nullptr) return nullptr;
  for (const auto& [option, value] : preset->settings()) {
    CLI::Option* const given = command_->get_option(option);
    if (given->count() == 0) {
      given->add_result(value);
      given->run_callback();
    } else if (!is_same(given->results().back(), value)) {
      return fail(ErrorKind::kUsage,
                  "{0} {1} contradicts --preset {2}, which sets {0} {3}; leave "
                  "one of them out",
                  option, given->results().back(), name_, value);
    }
  }
  for (const char* const flag : {"--timeline", "--mixed", "--ambiguity",
                                 "--leave-app-out", "--repeats", "--html"}) {
    if (command_->get_option(flag)->count() == 0) continue;
    return fail(ErrorKind::kUsage,
                "{} contradicts --preset {}, which classifies each flow by "
                "itself; leave one of them out",
                flag, name_);
  }
  return preset;
}

namespace {

Result<Dataset> keep_within(const Preset& preset, const Dataset& data,
                            const std::string& captures) {
  Dataset kept = within(preset.limits, data);
  if (kept.rows() > 0) return kept;
  return fail(ErrorKind::kNoData,
              "{}: none of its {} is used by --preset {}, which is limited to "
              "{}; leave the preset out",
              captures, counted(data.rows(), "flow"), preset.name,
              limits_text(preset.limits));
}

Evaluation score(const PresetWork& work, const Dataset& tested, std::size_t met,
                 const PlainShares& shares) {
  const UnknownRule& rule = work.setting.rule;
  Evaluation evaluation = evaluate(tested, shares.apps, rule);
  PresetScore score = evaluate_preset(tested, shares, rule);
  score.name = work.preset.name;
  score.limits = limits_text(work.preset.limits);
  score.flows_seen = met;
  evaluation.preset = std::move(score);
  return evaluation;
}

Result<Evaluation> evaluate_preset_test_set(const PresetWork& work,
                                            const Dataset& trained) {
  auto tested = keep_within(work.preset, *work.tested, work.setting.tested);
  if (!tested) return fail(std::move(tested).error());
  Progress progress("growing trees");
  ForestOptions forest = work.options.forest;
  forest.progress = std::ref(progress);
  return score(work, *tested, work.tested->rows(),
               predict_plain(trained, *tested, work.preset.relabels, forest));
}

Result<Evaluation> cross_validate_preset(const PresetWork& work,
                                         const Dataset& trained) {
  const auto folds = assign_folds(trained, work.options);
  work.setting.folds = count_folds(folds);
  if (work.setting.folds < 2) {
    return fail(ErrorKind::kNoData,
                "{}: the captures cannot be split {}: all flows are in one "
                "fold; add more captures, or use --test",
                work.setting.captures, work.setting.split);
  }
  if (work.options.split != Split::kByFlow) warn_of_single_captures(trained);
  Progress progress("growing trees");
  ForestOptions forest = work.options.forest;
  forest.progress = std::ref(progress);
  const PlainShares shares = predict_plain_cross_validated(
      trained, folds, work.preset.relabels, forest);
  const auto rows = testable_rows(trained, folds);
  Evaluation evaluation = score(work, trained.select(rows),
                                work.training.rows(), shares.select(rows));
  name_untested(trained, evaluation);
  return evaluation;
}

}  // namespace

Result<Evaluation> evaluate_by_preset(const PresetWork& work) {
  auto trained = keep_within(work.preset, work.training, work.setting.captures);
  if (!trained) return fail(std::move(trained).error());
  if (auto enough = require_two_apps(*trained); !enough) {
    return fail(work.setting.captures, std::move(enough).error());
  }
  return work.tested != nullptr ? evaluate_preset_test_set(work, *trained)
                                : cross_validate_preset(work, *trained);
}

}  // namespace flowtell
