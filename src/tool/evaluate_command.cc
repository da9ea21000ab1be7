// SPDX-License-Identifier: Apache-2.0
#include "predict/learner.h"
#include "report/evaluation.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/evaluation_outputs.h"
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
    unknown_.define(command);
    learner_.define(command);
    outputs_.define(command);
    meter_.define(command);
    meter_.define_flow(command);
    command.footer(
        "Examples:\n"
        "  flowtell evaluate captures/\n"
        "      each capture judged by forests that did not learn from it\n"
        "  flowtell evaluate home/ --test office/ --json score.json\n"
        "      learned on one network, judged on another\n"
        "  flowtell evaluate captures/ --repeats 10 --html report.html\n"
        "      with intervals, as a page with charts\n"
        "  flowtell evaluate captures/ --features appscanner54 --unknown "
        "never");
  }

  Result<ExitCode> run() override {
    auto rule = unknown_.resolve();
    if (!rule) return fail("--unknown", std::move(rule).error());
    auto kinds = EvidenceKinds::parse(learner_.evidence);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    kinds_ = *kinds;
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    options->names = kinds->name;
    if (!tested_.empty() && repeats_ > 1) {
      return fail(ErrorKind::kUsage,
                  "--repeats deals captures to folds, and --test has no folds; "
                  "leave one of them out");
    }
    if (auto opened = outputs_.open(); !opened) {
      return fail(std::move(opened).error());
    }
    auto learned = read_samples(captures_, *options, learner_, {});
    if (!learned) return fail(std::move(learned).error());
    if (auto two = require_two_apps(learned->dataset, captures_); !two) {
      return fail(std::move(two).error());
    }
    if (tested_.empty()) return run_cross_validated(*learned, *rule);
    auto tested =
        read_samples(tested_, *options, learner_, learned->dataset.apps);
    if (!tested) return fail(std::move(tested).error());
    return run_tested(*learned, *tested, *rule);
  }

 private:
  struct Judged {
    const Samples& learned;
    const Samples& tested;  // cross-validated: the same
    Hearing hearing;
    EvaluationSetting setting;
    std::optional<RepeatedScore> repeats;
  };

  Result<ExitCode> run_cross_validated(const Samples& samples,
                                       const UnknownRule& rule) {
    CrossValidationOptions options;
    options.split = named_value<Split>(kSplitNames, split_);
    options.folds = folds_;
    options.forest = learner_.forest();
    // A split needs two parts to tell what was learned from what is judged.
    const std::size_t folds = count_folds(deal_folds(samples.dataset, options));
    if (folds < 2) {
      return fail(ErrorKind::kInput,
                  "{} cannot be split {}: all flows belong together; add more "
                  "captures, or judge others with --test",
                  captures_, split_);
    }
    if (options.split != Split::kByFlow) {
      warn_of_single_captures(samples.dataset);
    }
    Judged judged{samples, samples, {}, make_setting(rule), {}};
    judged.setting.split = split_;
    judged.setting.folds = folds;
    {
      Progress progress("growing trees");
      options.forest.progress = std::ref(progress);
      judged.hearing = hear_cross_validated(samples.dataset, options, kinds_);
    }
    if (repeats_ > 1) {
      judged.repeats = repeat(samples.dataset, options, judged.hearing);
    }
    return tell(judged);
  }

  // The first deal of the folds, and others by the seeds that follow.
  RepeatedScore repeat(const Dataset& data, CrossValidationOptions options,
                       const Hearing& first) const {
    RepeatedFolds folds;
    folds.add(data, first, kinds_);
    Progress progress("dealing the folds anew");
    options.forest.progress = nullptr;
    for (std::size_t i = 1; i < repeats_; ++i) {
      progress(i, repeats_);
      ++options.forest.seed;
      folds.add(data, hear_cross_validated(data, options, kinds_), kinds_);
    }
    return folds.score();
  }

  Result<ExitCode> run_tested(const Samples& learned, const Samples& tested,
                              const UnknownRule& rule) {
    CrossValidationOptions options;
    options.forest = learner_.forest();
    Judged judged{learned, tested, {}, make_setting(rule), {}};
    judged.setting.tested = tested_;
    judged.setting.split = "other-captures";
    {
      Progress progress("growing trees");
      options.forest.progress = std::ref(progress);
      judged.hearing =
          hear_others(learned.dataset, tested.dataset, options, kinds_);
    }
    return tell(judged);
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

  Result<ExitCode> tell(const Judged& judged) {
    const Dataset& data = judged.tested.dataset;
    const Hearing& hearing = judged.hearing;
    Evaluation evaluation = flowtell::evaluate(
        data,
        judge_captures(data, hearing.testimonies, hearing.weights, kinds_),
        judged.setting.rule);
    evaluation.evidence_use = evidence_use(data, hearing.testimonies);
    evaluation.repeats = judged.repeats;
    if (timeline_ || outputs_.wants_page()) {
      evaluation.timeline =
          evaluate_timeline(data, hearing, kinds_, learner_.seed);
    }
    auto told = outputs_.write(evaluation, judged.setting);
    if (told && outputs_.wants_page()) told = tell_page(judged, evaluation);
    if (!told) return fail(std::move(told).error());
    return judged.learned.any_damage || judged.tested.any_damage
               ? ExitCode::kDamaged
               : ExitCode::kDone;
  }

  Result<void> tell_page(const Judged& judged, const Evaluation& evaluation) {
    auto columns = learner_.features();
    if (!columns) return fail(std::move(columns).error());
    return outputs_.write_page(
        {evaluation, judged.setting,
         device_day(judged.tested.dataset, judged.hearing, kinds_,
                    judged.setting.rule, learner_.seed),
         app_features(judged.learned.dataset, columns->column_names(),
                      learner_.forest())});
  }

  std::string captures_;
  std::string tested_;
  std::string split_{kSplitNames.front()};
  std::size_t folds_ = 5;
  std::size_t repeats_ = 1;
  UnknownArguments unknown_;
  bool timeline_ = false;
  LearnerArguments learner_;
  EvidenceKinds kinds_;
  EvaluationOutputs outputs_;
  MeterArguments meter_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command(CLI::App& program) {
  return std::make_unique<EvaluateCommand>(program);
}

}  // namespace flowtell
