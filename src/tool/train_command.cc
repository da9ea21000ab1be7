// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "learn/cross_validation.h"
#include "learn/training.h"
#include "report/table.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/model_output.h"
#include "tool/output_check.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

class TrainCommand : public Command {
 public:
  explicit TrainCommand(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("train", "Train a model on labelled captures");
    command
        .add_option("CAPTURES", captures_,
                    "A folder whose sub-folders are named after apps, a "
                    "manifest (CSV: path,app,...), or a capture that names "
                    "apps")
        ->type_name("")
        ->required();
    command.add_option("-o,--output", output_, "The model to write")
        ->type_name("MODEL")
        ->required();
    learner_.define(command);
    command.add_flag("--no-score", no_score_,
                     "Skip cross-validation; faster, but the model has no "
                     "accuracy estimate");
    command.add_flag("--no-examples", no_examples_,
                     "Keep no examples of training flows in the model; "
                     "'explain' then shows no similar training flows");
    command.add_flag("--no-table", no_table_,
                     "Keep no training flows in the model; 'adapt' cannot "
                     "train it further");
    meter_.define(command);
    meter_.define_flow(command);
    command.footer(
        "Examples:\n"
        "  flowtell train captures/ -o apps.model\n"
        "      captures/youtube/*.pcap are labelled youtube, captures/chat/* "
        "chat\n"
        "  flowtell train manifest.csv -o apps.model --features classic14");
  }

  Result<ExitCode> run() override {
    if (auto valid = learner_.check(); !valid) {
      return fail(std::move(valid).error());
    }
    auto kinds = EvidenceKinds::parse(learner_.evidence);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    options->names = kinds->name;
    std::vector<std::string> inputs = learner_.others;
    inputs.push_back(captures_);
    if (auto distinct = check_outputs({output_}, inputs); !distinct) {
      return fail(std::move(distinct).error());
    }
    // Opened first, so that an unwritable output fails before training.
    auto output = Output::open(output_);
    if (!output) return fail(std::move(output).error());
    auto samples = read_samples(captures_, *options, learner_, {});
    if (!samples) return fail(std::move(samples).error());
    warn_of_score(samples->dataset);
    auto model = train_showing_progress(samples->dataset, *kinds);
    if (!model) return fail(captures_, std::move(model).error());
    if (auto saved = save(*model, *output); !saved) {
      return fail(std::move(saved).error());
    }
    print_note(summary(*model));
    return samples->any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

 private:
  Result<Model> train_showing_progress(const Dataset& data,
                                       EvidenceKinds kinds) const {
    StepProgress progress;
    TrainOptions options = train_options(kinds);
    options.progress = std::ref(progress);
    return train(data, options);
  }

  TrainOptions train_options(EvidenceKinds kinds) const {
    TrainOptions options;
    options.shape = learner_.forest();
    options.kinds = kinds;
    options.with_score = !no_score_;
    options.with_examples = !no_examples_;
    options.with_table = !no_table_;
    return options;
  }

  // What the accuracy estimate will lack.
  void warn_of_score(const Dataset& data) const {
    if (no_score_ || !require_two_apps(data)) return;
    CrossValidationOptions validation;
    validation.forest = learner_.forest();
    if (count_folds(assign_folds(data, validation)) > 1) {
      return warn_of_single_captures(data);
    }
    warn(
        "all flows are of one capture, so none is left to test on and the "
        "model has no accuracy estimate; record more captures");
  }

  std::string summary(const Model& model) const {
    std::uint64_t flows = 0;
    for (const std::uint64_t of_app : model.flows_per_app) flows += of_app;
    std::string text = fmt::format(
        "Trained on {}: {} of {}, written to {}.\n", listed(model.apps),
        counted(flows, "flow"),
        counted(count_recordings(model.captures), "capture"), output_);
    if (model.held_out_score) {
      text += fmt::format(
          "Cross-validated accuracy: {} % of flows ({} % on average over the "
          "apps).\n",
          percent(model.held_out_score->score.accuracy),
          percent(model.held_out_score->score.balanced_accuracy));
    }
    if (!model.weights.back().unknown.is_fitted) {
      text +=
          "No unknown score was learned, which takes three apps and two "
          "folds: only flows without evidence are unknown.\n";
    }
    const std::size_t shared = model.ambiguity.groups().size();
    if (shared > 0) {
      text += fmt::format(
          "{} of flows are ambiguous; 'flowtell model {}' lists them.\n",
          counted(shared, "group"), output_);
    }
    return text;
  }

  std::string captures_;
  std::string output_;
  LearnerArguments learner_;
  bool no_score_ = false;
  bool no_examples_ = false;
  bool no_table_ = false;
  MeterArguments meter_;
};

}  // namespace

std::unique_ptr<Command> make_train_command(CLI::App& program) {
  return std::make_unique<TrainCommand>(program);
}

}  // namespace flowtell
