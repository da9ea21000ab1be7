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
        "evaluate", "Measure accuracy by cross-validation or on a test set");
    command
        .add_option("CAPTURES", captures_,
                    "Labelled training captures, as for 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("--test", tested_,
                    "Labelled test captures, instead of cross-validation")
        ->type_name("CAPTURES");
    command
        .add_option("--split", split_,
                    "What must not be in both training and test folds; by-flow "
                    "is optimistic")
        ->type_name("SPLIT")
        ->check(CLI::IsMember(
            std::vector<std::string>(kSplitNames.begin(), kSplitNames.end())))
        ->capture_default_str();
    command.add_option("--folds", folds_, "Number of folds")
        ->type_name("N")
        ->check(in_range(2, 1000))
        ->capture_default_str();
    command
        .add_option("--repeats", repeats_,
                    "Repeat cross-validation N times with different folds, for "
                    "intervals around the scores")
        ->type_name("N")
        ->check(in_range(1, 1000))
        ->capture_default_str();
    command.add_flag("--timeline", timeline_,
                     "Also test the captures as the timeline of one device: "
                     "end to end, in five random orders");
    command
        .add_flag("--leave-app-out", leave_app_out_,
                  "Also leave each app out of training in turn, and report how "
                  "many of its flows are called unknown")
        ->excludes("--test");
    command.add_flag("--ambiguity", ambiguity_,
                     "Also find ambiguous flows, which several apps share, and "
                     "count them separately");
    unknown_.define(command);
    learner_.define(command);
    outputs_.define_json(command,
                         "Also write all figures as JSON; - for standard "
                         "output, instead of the table");
    outputs_.define_html(
        command,
        "Also write an HTML page with tables and charts; implies --timeline");
    meter_.define(command);
    meter_.define_flow(command);
    preset_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell evaluate captures/\n"
        "      each capture tested by forests not trained on it\n"
        "  flowtell evaluate home/ --test office/ --json score.json\n"
        "      trained on one network, tested on another\n"
        "  flowtell evaluate captures/ --repeats 10 --html report.html\n"
        "      with intervals, as a page with charts\n"
        "  flowtell evaluate captures/ --features appscanner54 --unknown "
        "never\n"
        "  flowtell evaluate captures/ --preset eurosp16\n"
        "      as AppScanner did; see docs/presets.md");
  }

  Result<ExitCode> run() override {
    auto preset = preset_.apply();
    if (!preset) return fail(std::move(preset).error());
    if (auto valid = learner_.check(); !valid) {
      return fail(std::move(valid).error());
    }
    if (*preset != nullptr) learner_.whole_flows = true;  // as in the papers
    auto rule = unknown_.resolve();
    if (!rule) return fail("--unknown", std::move(rule).error());
    auto kinds = EvidenceKinds::parse(learner_.evidence);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    kinds_ = *kinds;
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    options->names = kinds->name || ambiguity_;
    if (!tested_.empty() && repeats_ > 1) {
      return fail(
          ErrorKind::kUsage,
          "--repeats needs folds, and --test has none; leave one of them out");
    }
    if (auto opened = outputs_.open({captures_, tested_}); !opened) {
      return fail(std::move(opened).error());
    }
    auto training = read_samples(captures_, *options, learner_, {});
    if (!training) return fail(std::move(training).error());
    if (auto enough_apps = require_two_apps(training->dataset, captures_);
        !enough_apps) {
      return fail(std::move(enough_apps).error());
    }
    std::optional<Samples> tested;
    if (!tested_.empty()) {
      auto read =
          read_samples(tested_, *options, learner_, training->dataset.apps);
      if (!read) return fail(std::move(read).error());
      tested = std::move(*read);
    }
    const bool any_damage =
        training->any_damage || (tested && tested->any_damage);
    EvaluationSetting setting = make_setting(*rule);
    const Dataset* others = tested ? &tested->dataset : nullptr;
    auto done =
        *preset != nullptr ? run_preset(**preset, training->dataset, others,
                                        std::move(setting))
        : tested ? run_test_set(training->dataset, *others, std::move(setting))
                 : run_cross_validation(training->dataset, std::move(setting));
    if (!done) return fail(std::move(done).error());
    return any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

 private:
  // The scores of all test flows, and everything the report needs.
  struct Classification {
    const Dataset& training;
    const Dataset& tested;  // cross-validation: the same as `training`
    HeldOutScores held_out;
    EvaluationSetting setting;
    std::optional<AmbiguousRows> ambiguous;
    std::optional<RepeatedScore> repeats;
    std::optional<LeftOutScore> left_out;
  };

  Result<void> run_preset(const Preset& preset, const Dataset& training,
                          const Dataset* tested, EvaluationSetting setting) {
    auto evaluation =
        evaluate_by_preset({preset, training, tested, validation(), setting});
    if (!evaluation) return fail(std::move(evaluation).error());
    return report(*evaluation, setting);
  }

  Result<void> run_cross_validation(const Dataset& data,
                                    EvaluationSetting setting) {
    const CrossValidationOptions options = validation();
    // Cross-validation needs at least two folds.
    setting.folds = count_folds(assign_folds(data, options));
    if (setting.folds < 2) return no_split_error(setting);
    if (leave_app_out_) {
      if (auto possible = check_leaving_out(data, options); !possible)
        return possible;
    }
    if (options.split != Split::kByFlow) warn_of_single_captures(data);
    Classification results{data, data, {}, std::move(setting), {}, {}, {}};
    results.held_out = with_progress(options, [&](const auto& with) {
      return score_cross_validated(data, with, kinds_);
    });
    if (ambiguity_) {
      results.ambiguous = mark_ambiguous_cross_validated(data, options, kinds_);
    }
    if (repeats_ > 1) results.repeats = repeat(data, options, results.held_out);
    if (leave_app_out_) {
      results.left_out =
          leave_apps_out(data, options, kinds_, results.setting.rule);
    }
    return report(results);
  }

  Result<void> run_test_set(const Dataset& training, const Dataset& tested,
                            EvaluationSetting setting) {
    const CrossValidationOptions options = validation();
    Classification results{training, tested, {}, std::move(setting),
                           {},       {},     {}};
    results.held_out = with_progress(options, [&](const auto& with) {
      return score_test_set(training, tested, with, kinds_);
    });
    if (ambiguity_) {
      results.ambiguous =
          mark_ambiguous_test_set(training, tested, options, kinds_);
    }
    return report(results);
  }

  Result<void> check_leaving_out(const Dataset& data,
                                 const CrossValidationOptions& options) const {
    const auto flows = data.flows_per_app();
    const auto apps = std::ranges::count_if(
        flows, [](std::uint64_t count) { return count > 0; });
    if (apps < 3) {
      return fail(ErrorKind::kInput,
                  "--leave-app-out: {} has only two apps; add captures "
                  "of a third",
                  captures_);
    }
    const auto needed = app_required_for_folds(data, options);
    if (!needed) return {};
    return fail(
        ErrorKind::kInput,
        "--leave-app-out: without {}, the other apps of {} cannot be split {} "
        "into two folds; add captures of them, or choose another "
        "--split",
        *needed, captures_, split_name(options.split));
  }

  // Scores the first assignment of folds, and others with consecutive seeds.
  RepeatedScore repeat(const Dataset& data, CrossValidationOptions options,
                       const HeldOutScores& first) const {
    RepeatedFolds folds;
    folds.add(data, first, kinds_);
    Progress progress("repeating with other folds");
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
    Progress progress("training");
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

  Result<void> report(const Classification& results) {
    const Dataset& data = results.tested;
    const HeldOutScores& held_out = results.held_out;
    const auto probabilities =
        classify_captures(data, held_out.scores, held_out.weights, kinds_);
    Evaluation evaluation = flowtell::evaluate(
        data, probabilities, results.setting.rule, held_out.weights);
    evaluation.evidence_use = evidence_use(data, held_out.scores);
    evaluation.repeats = results.repeats;
    evaluation.left_out = results.left_out;
    if (results.ambiguous) {
      evaluation.ambiguity =
          evaluate_ambiguity(data, probabilities, *results.ambiguous);
    }
    if (timeline_ || outputs_.has_page()) {
      evaluation.timeline =
          evaluate_timeline(data, held_out, kinds_, learner_.seed);
    }
    auto done = report(evaluation, results.setting);
    if (done && outputs_.has_page()) done = report_page(results, evaluation);
    return done;
  }

  Result<void> report(const Evaluation& evaluation,
                      const EvaluationSetting& setting) {
    return outputs_.write([&] { return evaluation_text(evaluation, setting); },
                          [&] { return evaluation_json(evaluation, setting); });
  }

  Result<void> report_page(const Classification& results,
                           const Evaluation& evaluation) {
    auto columns = learner_.features();
    if (!columns) return fail(std::move(columns).error());
    return outputs_.write_page(
        evaluation_html({evaluation, results.setting,
                         device_day(results.tested, results.held_out, kinds_,
                                    results.setting.rule, learner_.seed),
                         app_features(results.training, columns->column_names(),
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
