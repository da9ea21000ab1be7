// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "evaluate/evaluation_run.h"
#include "learn/adaptation.h"
#include "model/model_file.h"
#include "report/evaluation.h"
#include "report/predictions_csv.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/preset_evaluation.h"
#include "tool/report_outputs.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

class EvaluateCommand : public Command {
 public:
  explicit EvaluateCommand(CLI::App& program)
      : command_(program.add_subcommand(
            "evaluate",
            "Measure accuracy by cross-validation or on a test set")) {
    CLI::App& command = *command_;
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
        .add_option("--model", model_,
                    "Test this model on CAPTURES, instead of training one")
        ->type_name("MODEL")
        ->excludes("--test");
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
    command.add_flag("--mixed", mixed_,
                     "Also test pairs of captures of different apps mixed on "
                     "one device, which uses both apps at once");
    command
        .add_flag("--leave-app-out", leave_app_out_,
                  "Also leave each app out of training in turn, and report how "
                  "many of its flows are called unknown")
        ->excludes("--test")
        ->excludes("--model");
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
    outputs_.define_predictions(command);
    meter_.define(command);
    meter_.define_flow(command);
    preset_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell evaluate captures/\n"
        "      each capture tested by forests not trained on it\n"
        "  flowtell evaluate home/ --test office/ --json score.json\n"
        "      trained on one network, tested on another\n"
        "  flowtell evaluate office/ --model home.model\n"
        "      a model that exists\n"
        "  flowtell evaluate captures/ --repeats 10 --html report.html\n"
        "      with intervals, as a page with charts\n"
        "  flowtell evaluate captures/ --predictions predictions.csv\n"
        "      and what was predicted for each flow, to analyse elsewhere\n"
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
    if (*preset != nullptr && outputs_.wants_predictions()) {
      return fail(ErrorKind::kUsage,
                  "--predictions contradicts --preset, which leaves flows out; "
                  "leave one of them out");
    }
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
    if (auto opened = outputs_.open({captures_, tested_, model_}); !opened) {
      return fail(std::move(opened).error());
    }
    if (!model_.empty()) return test_model(*options, *rule);
    auto training = read_samples(captures_, *options, learner_, {});
    if (!training) return fail(std::move(training).error());
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
    auto done = *preset != nullptr ? run_preset(**preset, training->dataset,
                                                others, std::move(setting))
                                   : run_evaluation(training->dataset, others,
                                                    std::move(setting));
    if (!done) return fail(std::move(done).error());
    return any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

 private:
  // The options given that say how to train or split; a model is only tested.
  std::vector<std::string> training_options_given() const {
    std::vector<std::string> given;
    for (const char* option :
         {"--preset", "--split", "--folds", "--repeats", "--ambiguity",
          "--features", "--learner", "--trees", "--balance", "--others",
          "--whole-flows", "--flow-key", "--burst-gap", "--burst-limit",
          "--html"}) {
      if (command_->get_option(option)->count() > 0) given.emplace_back(option);
    }
    return given;
  }

  // The model's features and flow definition are used.
  Result<ExitCode> test_model(FlowOptions flow, const UnknownRule& rule) {
    if (const auto given = training_options_given(); !given.empty()) {
      return fail(ErrorKind::kUsage,
                  "--model only tests a model as it is; leave {} out",
                  listed(given));
    }
    auto model = load_model(model_);
    if (!model) return fail(std::move(model).error());
    auto features = model->features();
    if (!features) {
      return fail(fmt::format("cannot use {}", model_),
                  std::move(features).error());
    }
    flow.key = model->flow_key;
    flow.burst_gap = model->burst_gap;
    flow.burst_limit = model->burst_limit;
    flow.names = kinds_.name;
    learner_.feature_sets =
        fmt::format("{}", fmt::join(model->feature_sets, ","));
    auto tested = read_samples(captures_, flow, learner_, model->apps);
    if (!tested) return fail(std::move(tested).error());
    const auto known = known_captures(*model, tested->dataset.captures);
    const auto count = std::ranges::count(known, true);
    if (count > 0) {
      warn(
          fmt::format("the model was trained on {} of these {}, so its figures "
                      "are too good; test on others",
                      count, counted(known.size(), "capture")));
    }
    EvaluateOptions options;
    options.validation = validation();
    options.kinds = kinds_;
    options.rule = rule;
    options.with_timeline = timeline_;
    options.with_mixed = mixed_;
    auto run = run_model_test(*model, tested->dataset, options);
    if (!run) return fail(captures_, std::move(run).error());
    EvaluationSetting setting = make_setting(rule);
    setting.captures = model_;
    setting.tested = captures_;
    setting.split = "other-captures";
    setting.learner = kLearnerNames[model->svm ? 1 : 0];
    setting.seed = model->seed;
    if (auto done = report(run->evaluation, setting); !done) {
      return fail(std::move(done).error());
    }
    if (auto done = write_predictions(tested->dataset, *run); !done) {
      return fail(std::move(done).error());
    }
    return tested->any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

  Result<void> run_preset(const Preset& preset, const Dataset& training,
                          const Dataset* tested, EvaluationSetting setting) {
    auto evaluation =
        evaluate_by_preset({preset, training, tested, validation(), setting});
    if (!evaluation) return fail(std::move(evaluation).error());
    return report(*evaluation, setting);
  }

  // Without `tested`, by cross-validation.
  Result<void> run_evaluation(const Dataset& training, const Dataset* tested,
                              EvaluationSetting setting) {
    if (tested == nullptr && validation().split != Split::kByFlow &&
        count_folds(assign_folds(training, validation())) > 1) {
      warn_of_single_captures(training);
    }
    auto run = evaluate_showing_progress(training, tested, setting.rule);
    if (!run) return fail(captures_, std::move(run).error());
    setting.folds = run->folds;
    const Dataset& data = tested != nullptr ? *tested : training;
    auto done = report(run->evaluation, setting);
    if (done) done = write_predictions(data, *run);
    if (!done || !outputs_.has_page()) return done;
    if (!run->evaluation.has_score()) {
      return fail(ErrorKind::kNoData,
                  "no page is written, since no score is possible; record at "
                  "least two captures of each app");
    }
    return report_page(training, data, *run, setting);
  }

  Result<EvaluationRun> evaluate_showing_progress(const Dataset& training,
                                                  const Dataset* tested,
                                                  const UnknownRule& rule) {
    StepProgress progress;
    EvaluateOptions options;
    options.validation = validation();
    options.kinds = kinds_;
    options.rule = rule;
    options.repeats = repeats_;
    options.with_timeline = timeline_ || outputs_.has_page();
    options.with_mixed = mixed_;
    options.with_ambiguity = ambiguity_;
    options.leave_apps_out = leave_app_out_;
    options.progress = std::ref(progress);
    if (tested != nullptr) return run_test_set(training, *tested, options);
    return run_cross_validation(training, options);
  }

  CrossValidationOptions validation() const {
    CrossValidationOptions options;
    options.split = named_value<Split>(kSplitNames, split_);
    options.folds = folds_;
    options.forest = learner_.forest();
    return options;
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

  Result<void> report(const Evaluation& evaluation,
                      const EvaluationSetting& setting) {
    return outputs_.write([&] { return evaluation_text(evaluation, setting); },
                          [&] { return evaluation_json(evaluation, setting); });
  }

  Result<void> write_predictions(const Dataset& tested,
                                 const EvaluationRun& run) {
    if (!outputs_.has_predictions()) return {};
    return outputs_.write_predictions(predictions_csv(tested, run));
  }

  Result<void> report_page(const Dataset& training, const Dataset& tested,
                           const EvaluationRun& run,
                           const EvaluationSetting& setting) {
    auto columns = learner_.features();
    if (!columns) return fail(std::move(columns).error());
    return outputs_.write_page(evaluation_html(
        {run.evaluation, setting,
         device_day(tested, run.held_out, kinds_, setting.rule, learner_.seed),
         app_features(training, columns->column_names(), learner_.forest())}));
  }

  CLI::App* command_;
  std::string captures_;
  std::string tested_;
  std::string model_;
  std::string split_{kSplitNames.front()};
  std::size_t folds_ = 5;
  std::size_t repeats_ = 1;
  UnknownArguments unknown_;
  bool timeline_ = false;
  bool mixed_ = false;
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
