// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "evaluate/evaluation.h"
#include "learn/held_out_scores.h"
#include "report/evaluation_page.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/preset_arguments.h"
#include "tool/preset_evaluation.h"
#include "tool/report_outputs.h"
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
    command
        .add_option("--repeats", repeats_,
                    "Deal the captures to folds this many times, each time "
                    "otherwise, for intervals around the scores")
        ->type_name("N")
        ->check(CLI::Range(1, 1000))
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
    outputs_.define_json(command,
                         "Also write all figures as JSON; - for standard "
                         "output, instead of the table");
    outputs_.define_html(command,
                         "Also write a page with tables and charts, for any "
                         "browser; implies --timeline");
    meter_.define(command);
    meter_.define_flow(command);
    preset_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell evaluate captures/\n"
        "      each capture judged by forests that did not learn from it\n"
        "  flowtell evaluate home/ --test office/ --json score.json\n"
        "      learned on one network, judged on another\n"
        "  flowtell evaluate captures/ --repeats 10 --html report.html\n"
        "      with intervals, as a page with charts\n"
        "  flowtell evaluate captures/ --features appscanner54 --unknown "
        "never\n"
        "  flowtell evaluate captures/ --preset eurosp16\n"
        "      as AppScanner did; docs/presets.md tells what that means");
  }

  Result<ExitCode> run() override {
    auto preset = preset_.apply();
    if (!preset) return fail(std::move(preset).error());
    if (auto sound = learner_.check(); !sound) {
      return fail(std::move(sound).error());
    }
    if (*preset != nullptr) learner_.whole_flows = true;  // as papers learn
    auto rule = unknown_.resolve();
    if (!rule) return fail("--unknown", std::move(rule).error());
    auto kinds = EvidenceKinds::parse(learner_.evidence);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    kinds_ = *kinds;
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    options->names = kinds->name || ambiguity_;
    if (!tested_.empty() && repeats_ > 1) {
      return fail(ErrorKind::kUsage,
                  "--repeats deals captures to folds, and --test has no folds; "
                  "leave one of them out");
    }
    if (auto opened = outputs_.open({captures_, tested_}); !opened) {
      return fail(std::move(opened).error());
    }
    auto learned = read_samples(captures_, *options, learner_, {});
    if (!learned) return fail(std::move(learned).error());
    if (auto two = require_two_apps(learned->dataset, captures_); !two) {
      return fail(std::move(two).error());
    }
    std::optional<Samples> tested;
    if (!tested_.empty()) {
      auto read =
          read_samples(tested_, *options, learner_, learned->dataset.apps);
      if (!read) return fail(std::move(read).error());
      tested = std::move(*read);
    }
    const bool any_damage =
        learned->any_damage || (tested && tested->any_damage);
    EvaluationSetting setting = make_setting(*rule);
    const Dataset* others = tested ? &tested->dataset : nullptr;
    auto done =
        *preset != nullptr ? judge_by_preset(**preset, learned->dataset, others,
                                             std::move(setting))
        : tested ? judge_others(learned->dataset, *others, std::move(setting))
                 : judge_cross_validated(learned->dataset, std::move(setting));
    if (!done) return fail(std::move(done).error());
    return any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

 private:
  // Flows judged, and all that is told of that.
  struct Classification {
    const Dataset& learned;
    const Dataset& tested;  // cross-validated: the same
    HeldOutScores held_out;
    EvaluationSetting setting;
    std::optional<AmbiguousRows> ambiguous;
    std::optional<RepeatedScore> repeats;
    std::optional<LeftOutScore> left_out;
  };

  Result<void> judge_by_preset(const Preset& preset, const Dataset& learned,
                               const Dataset* tested,
                               EvaluationSetting setting) {
    auto evaluation =
        evaluate_by_preset({preset, learned, tested, validation(), setting});
    if (!evaluation) return fail(std::move(evaluation).error());
    return tell(*evaluation, setting);
  }

  Result<void> judge_cross_validated(const Dataset& data,
                                     EvaluationSetting setting) {
    const CrossValidationOptions options = validation();
    // A split needs two parts to tell what was learned from what is judged.
    setting.folds = count_folds(assign_folds(data, options));
    if (setting.folds < 2) return no_split(setting);
    if (leave_app_out_) {
      if (auto can = check_leaving_out(data, options); !can) return can;
    }
    if (options.split != Split::kByFlow) warn_of_single_captures(data);
    Classification judged{data, data, {}, std::move(setting), {}, {}, {}};
    judged.held_out = with_progress(options, [&](const auto& with) {
      return score_cross_validated(data, with, kinds_);
    });
    if (ambiguity_) {
      judged.ambiguous = mark_ambiguous_cross_validated(data, options, kinds_);
    }
    if (repeats_ > 1) judged.repeats = repeat(data, options, judged.held_out);
    if (leave_app_out_) {
      judged.left_out =
          leave_apps_out(data, options, kinds_, judged.setting.rule);
    }
    return tell(judged);
  }

  Result<void> judge_others(const Dataset& learned, const Dataset& tested,
                            EvaluationSetting setting) {
    const CrossValidationOptions options = validation();
    Classification judged{learned, tested, {}, std::move(setting), {}, {}, {}};
    judged.held_out = with_progress(options, [&](const auto& with) {
      return score_test_set(learned, tested, with, kinds_);
    });
    if (ambiguity_) {
      judged.ambiguous =
          mark_ambiguous_others(learned, tested, options, kinds_);
    }
    return tell(judged);
  }

  Result<void> check_leaving_out(const Dataset& data,
                                 const CrossValidationOptions& options) const {
    const auto flows = data.flows_per_app();
    const auto apps = std::ranges::count_if(
        flows, [](std::uint64_t count) { return count > 0; });
    if (apps < 3) {
      return fail(ErrorKind::kInput,
                  "--leave-app-out: of the two apps of {} one alone would be "
                  "left; add captures of a third",
                  captures_);
    }
    const auto needed = app_that_must_stay(data, options);
    if (!needed) return {};
    return fail(ErrorKind::kInput,
                "--leave-app-out: without {} the others of {} cannot be split "
                "{} into two parts; add captures of them, or choose another "
                "--split",
                *needed, captures_, split_name(options.split));
  }

  // The first deal of the folds, and others by the seeds that follow.
  RepeatedScore repeat(const Dataset& data, CrossValidationOptions options,
                       const HeldOutScores& first) const {
    RepeatedFolds folds;
    folds.add(data, first, kinds_);
    Progress progress("dealing the folds anew");
    for (std::size_t i = 1; i < repeats_; ++i) {
      progress(i, repeats_);
      ++options.forest.seed;
      folds.add(data, score_cross_validated(data, options, kinds_), kinds_);
    }
    return folds.score();
  }

  CrossValidationOptions validation() const {
    CrossValidationOptions options;
    options.split = named_value<Split>(kSplitNames, split_);
    options.folds = folds_;
    options.forest = learner_.forest();
    return options;
  }

  template <typename Work>
  static HeldOutScores with_progress(CrossValidationOptions options,
                                     Work&& work) {
    Progress progress("learning");
    options.forest.progress = std::ref(progress);
    return work(options);
  }

  EvaluationSetting make_setting(const UnknownRule& rule) const {
    EvaluationSetting setting;
    setting.captures = captures_;
    setting.tested = tested_;
    setting.split = tested_.empty() ? split_ : "other-captures";
    if (auto features = learner_.features()) {
      setting.features = features->set_names();
    }
    setting.evidence = kinds_.text();
    setting.learner = learner_.learner;
    setting.rule = rule;
    setting.seed = learner_.seed;
    return setting;
  }

  Result<void> tell(const Classification& judged) {
    const Dataset& data = judged.tested;
    const HeldOutScores& held_out = judged.held_out;
    const auto probabilities =
        classify_captures(data, held_out.scores, held_out.weights, kinds_);
    Evaluation evaluation = flowtell::evaluate(
        data, probabilities, judged.setting.rule, held_out.weights);
    evaluation.evidence_use = evidence_use(data, held_out.scores);
    evaluation.repeats = judged.repeats;
    evaluation.left_out = judged.left_out;
    if (judged.ambiguous) {
      evaluation.ambiguity =
          evaluate_ambiguity(data, probabilities, *judged.ambiguous);
    }
    if (timeline_ || outputs_.wants_page()) {
      evaluation.timeline =
          evaluate_timeline(data, held_out, kinds_, learner_.seed);
    }
    auto reported = tell(evaluation, judged.setting);
    if (reported && outputs_.wants_page())
      reported = tell_page(judged, evaluation);
    return reported;
  }

  Result<void> tell(const Evaluation& evaluation,
                    const EvaluationSetting& setting) {
    return outputs_.write([&] { return evaluation_text(evaluation, setting); },
                          [&] { return evaluation_json(evaluation, setting); });
  }

  Result<void> tell_page(const Classification& judged,
                         const Evaluation& evaluation) {
    auto columns = learner_.features();
    if (!columns) return fail(std::move(columns).error());
    return outputs_.write_page(
        evaluation_html({evaluation, judged.setting,
                         device_day(judged.tested, judged.held_out, kinds_,
                                    judged.setting.rule, learner_.seed),
                         app_features(judged.learned, columns->column_names(),
                                      learner_.forest())}));
  }

  std::string captures_;
  std::string tested_;
  std::string split_{kSplitNames.front()};
  std::size_t folds_ = 5;
  std::size_t repeats_ = 1;
  UnknownArguments unknown_;
  bool timeline_ = false;
  bool leave_app_out_ = false;
  bool ambiguity_ = false;
  PresetArguments preset_;
  LearnerArguments learner_;
  EvidenceKinds kinds_;
  ReportOutputs outputs_;
  MeterArguments meter_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command(CLI::App& program) {
  return std::make_unique<EvaluateCommand>(program);
}

}  // namespace flowtell
