// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "predict/learner.h"
#include "report/evaluation.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/preset_arguments.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

class EvaluateCommand : public Command {
 public:
  explicit EvaluateCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "evaluate", "How well: cross-validated by capture, or on others");
    command
        .add_option("CAPTURES", captures_,
                    "Labelled captures to learn from, as for 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("--test", tested_,
                    "Labelled captures to judge, instead of cross-validation")
        ->type_name("CAPTURES");
    command
        .add_option("--split", split_,
                    "What must not be both learned from and judged; by-flow is "
                    "optimistic")
        ->type_name("SPLIT")
        ->check(CLI::IsMember(
            std::vector<std::string>(kSplitNames.begin(), kSplitNames.end())))
        ->capture_default_str();
    command.add_option("--folds", folds_, "Parts of the cross-validation")
        ->type_name("N")
        ->check(CLI::Range(2, 1000))
        ->capture_default_str();
    command.add_flag("--timeline", timeline_,
                     "Also judge the captures as one device's day: end to end, "
                     "in five random orders");
    command
        .add_flag("--leave-app-out", leave_app_out_,
                  "Also leave each app out in turn, and tell how many of its "
                  "flows are then called unknown")
        ->excludes("--test");
    command.add_flag("--ambiguity", ambiguity_,
                     "Also find the flows that look alike whatever the app, "
                     "and count them apart");
    unknown_.define(command);
    learner_.define(command);
    command
        .add_option("--json", json_,
                    "Also write all figures as JSON; - for standard output, "
                    "instead of the table")
        ->type_name("FILE");
    meter_.define(command);
    meter_.define_flow(command);
    preset_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell evaluate captures/\n"
        "      each capture judged by forests that did not learn from it\n"
        "  flowtell evaluate home/ --test office/ --json score.json\n"
        "      learned on one network, judged on another\n"
        "  flowtell evaluate captures/ --features appscanner54 --unknown "
        "never\n"
        "  flowtell evaluate captures/ --preset eurosp16\n"
        "      as AppScanner did; docs/presets.md tells what that means");
  }

  Result<ExitCode> run() override {
    auto preset = preset_.apply();
    if (!preset) return fail(std::move(preset).error());
    auto rule = unknown_.resolve();
    if (!rule) return fail("--unknown", std::move(rule).error());
    auto kinds = EvidenceKinds::parse(learner_.evidence);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    kinds_ = *kinds;
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    options->names = kinds->name;
    auto learned = read_samples(captures_, *options, learner_, {});
    if (!learned) return fail(std::move(learned).error());
    if (auto two = require_two_apps(learned->dataset, captures_); !two) {
      return fail(std::move(two).error());
    }
    if (*preset != nullptr) {
      return run_preset(**preset, *learned, *options, *rule);
    }
    if (tested_.empty()) return run_cross_validated(*learned, *rule);
    auto tested =
        read_samples(tested_, *options, learner_, learned->dataset.apps);
    if (!tested) return fail(std::move(tested).error());
    return run_tested(*learned, *tested, *rule);
  }

 private:
  Result<ExitCode> run_cross_validated(const Samples& samples,
                                       const UnknownRule& rule) const {
    CrossValidationOptions options;
    options.split = named_value<Split>(kSplitNames, split_);
    options.folds = folds_;
    options.forest = learner_.forest();
    // A split needs two parts to tell what was learned from what is judged.
    const std::size_t folds = count_folds(deal_folds(samples.dataset, options));
    if (folds < 2) return no_split();
    if (options.split != Split::kByFlow) {
      warn_of_single_captures(samples.dataset);
    }
    Progress progress("growing trees");
    options.forest.progress = std::ref(progress);
    const Hearing hearing =
        hear_cross_validated(samples.dataset, options, kinds_);
    std::optional<AmbiguousRows> ambiguous;
    if (ambiguity_) {
      ambiguous =
          mark_ambiguous_cross_validated(samples.dataset, options, kinds_);
    }
    EvaluationSetting setting = make_setting(rule);
    setting.split = split_;
    setting.folds = folds;
    return tell(samples.dataset, hearing, ambiguous, setting,
                samples.any_damage);
  }

  Result<ExitCode> run_tested(const Samples& learned, const Samples& tested,
                              const UnknownRule& rule) const {
    Progress progress("growing trees");
    CrossValidationOptions options;
    options.forest = learner_.forest();
    options.forest.progress = std::ref(progress);
    const Hearing hearing =
        hear_others(learned.dataset, tested.dataset, options, kinds_);
    std::optional<AmbiguousRows> ambiguous;
    if (ambiguity_) {
      ambiguous = mark_ambiguous_others(learned.dataset, tested.dataset,
                                        options, kinds_);
    }
    EvaluationSetting setting = make_setting(rule);
    setting.tested = tested_;
    setting.split = "other-captures";
    return tell(tested.dataset, hearing, ambiguous, setting,
                learned.any_damage || tested.any_damage);
  }

  Result<ExitCode> run_preset(const Preset& preset, const Samples& learned,
                              const FlowOptions& options,
                              const UnknownRule& rule) const {
    auto taught = keep_within(preset, learned.dataset, captures_);
    if (!taught) return fail(std::move(taught).error());
    if (auto two = require_two_apps(*taught, captures_); !two) {
      return fail(std::move(two).error());
    }
    if (!tested_.empty()) {
      auto tested =
          read_samples(tested_, options, learner_, learned.dataset.apps);
      if (!tested) return fail(std::move(tested).error());
      return run_preset_tested(preset, *taught, *tested, rule,
                               learned.any_damage || tested->any_damage);
    }
    CrossValidationOptions validation;
    validation.split = named_value<Split>(kSplitNames, split_);
    validation.folds = folds_;
    validation.forest = learner_.forest();
    const auto folds = deal_folds(*taught, validation);
    if (count_folds(folds) < 2) return no_split();
    if (validation.split != Split::kByFlow) warn_of_single_captures(*taught);
    Progress progress("growing trees");
    validation.forest.progress = std::ref(progress);
    EvaluationSetting setting = make_setting(rule);
    setting.split = split_;
    setting.folds = count_folds(folds);
    return tell_preset(preset, *taught, learned.dataset.rows(),
                       judge_plainly_cross_validated(
                           *taught, folds, preset.relabels, validation.forest),
                       setting, learned.any_damage);
  }

  Result<ExitCode> run_preset_tested(const Preset& preset,
                                     const Dataset& taught,
                                     const Samples& tested,
                                     const UnknownRule& rule,
                                     bool any_damage) const {
    auto judged = keep_within(preset, tested.dataset, tested_);
    if (!judged) return fail(std::move(judged).error());
    Progress progress("growing trees");
    ForestOptions forest = learner_.forest();
    forest.progress = std::ref(progress);
    EvaluationSetting setting = make_setting(rule);
    setting.tested = tested_;
    setting.split = "other-captures";
    return tell_preset(preset, *judged, tested.dataset.rows(),
                       judge_plainly(taught, *judged, preset.relabels, forest),
                       setting, any_damage);
  }

  Result<ExitCode> tell_preset(const Preset& preset, const Dataset& data,
                               std::size_t met, const PlainShares& shares,
                               const EvaluationSetting& setting,
                               bool any_damage) const {
    Evaluation evaluation = flowtell::evaluate(data, shares.apps, setting.rule);
    PresetScore score = evaluate_preset(data, shares, setting.rule);
    score.name = preset.name;
    score.limits = limits_text(preset.limits);
    score.flows_met = met;
    evaluation.preset = std::move(score);
    return write(evaluation, setting, any_damage);
  }

  static Result<Dataset> keep_within(const Preset& preset, const Dataset& data,
                                     const std::string& captures) {
    Dataset kept = within(preset.limits, data);
    if (kept.rows() > 0) return kept;
    return fail(ErrorKind::kInput,
                "{}: none of its {} counts for --preset {}, which looks at {}; "
                "leave the preset out",
                captures, counted(data.rows(), "flow"), preset.name,
                limits_text(preset.limits));
  }

  Result<ExitCode> no_split() const {
    return fail(ErrorKind::kInput,
                "{} cannot be split {}: all flows belong together; add more "
                "captures, or judge others with --test",
                captures_, split_);
  }

  EvaluationSetting make_setting(const UnknownRule& rule) const {
    EvaluationSetting setting;
    setting.captures = captures_;
    if (auto features = learner_.features()) {
      setting.features = features->set_names();
    }
    setting.evidence = kinds_.text();
    setting.rule = rule;
    setting.seed = learner_.seed;
    return setting;
  }

  Result<ExitCode> tell(const Dataset& data, const Hearing& hearing,
                        const std::optional<AmbiguousRows>& ambiguous,
                        const EvaluationSetting& setting,
                        bool any_damage) const {
    const auto judged =
        judge_captures(data, hearing.testimonies, hearing.weights, kinds_);
    Evaluation evaluation = flowtell::evaluate(data, judged, setting.rule, hearing.weights);
    if (ambiguous) {
      evaluation.ambiguity = evaluate_ambiguity(data, judged, *ambiguous);
    }
    if (timeline_) {
      evaluation.timeline =
          evaluate_timeline(data, hearing, kinds_, learner_.seed);
    }
    if (leave_app_out_) {
      CrossValidationOptions options;
      options.split = named_value<Split>(kSplitNames, split_);
      options.folds = folds_;
      options.forest = learner_.forest();
      evaluation.left_out = leave_apps_out(data, options, kinds_, setting.rule);
    }
    return write(evaluation, setting, any_damage);
  }

  Result<ExitCode> write(const Evaluation& evaluation,
                         const EvaluationSetting& setting,
                         bool any_damage) const {
    if (json_ != "-") {
      auto told = write_output("", evaluation_text(evaluation, setting));
      if (!told) return fail(std::move(told).error());
    }
    if (!json_.empty()) {
      auto told = write_output(json_, evaluation_json(evaluation, setting));
      if (!told) return fail(std::move(told).error());
    }
    return any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

  std::string captures_;
  std::string tested_;
  std::string split_{kSplitNames.front()};
  std::size_t folds_ = 5;
  UnknownArguments unknown_;
  bool timeline_ = false;
  bool leave_app_out_ = false;
  bool ambiguity_ = false;
  PresetArguments preset_;
  LearnerArguments learner_;
  EvidenceKinds kinds_;
  std::string json_;
  MeterArguments meter_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command(CLI::App& program) {
  return std::make_unique<EvaluateCommand>(program);
}

}  // namespace flowtell
