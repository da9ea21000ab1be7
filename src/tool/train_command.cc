// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "evaluate/evaluation.h"
#include "learn/ambiguity.h"
#include "learn/feature_profile_finder.h"
#include "learn/held_out_scores.h"
#include "learn/out_of_bag.h"
#include "model/model_file.h"
#include "report/table.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/output_check.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

constexpr std::size_t kFolds = 5;

class TrainCommand : public Command {
 public:
  explicit TrainCommand(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("train", "Train a model on labelled captures");
    command
        .add_option("CAPTURES", captures_,
                    "A folder whose sub-folders are named after apps, or a "
                    "manifest (CSV: path,app,...)")
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
    kinds_ = *kinds;
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    options->names = kinds->name;
    if (auto distinct = check_outputs({output_}, {captures_}); !distinct) {
      return fail(std::move(distinct).error());
    }
    // Opened first, so that an unwritable output fails before training.
    auto output = Output::open(output_);
    if (!output) return fail(std::move(output).error());
    auto samples = read_samples(captures_, *options, learner_, {});
    if (!samples) return fail(std::move(samples).error());
    if (auto enough_apps = require_two_apps(samples->dataset, captures_);
        !enough_apps) {
      return fail(std::move(enough_apps).error());
    }
    auto features = learner_.features();
    if (!features) return fail(std::move(features).error());
    const Model model = train_model(samples->dataset, *features, *options);
    auto bytes = encode_model(model);
    if (!bytes) return fail(std::move(bytes).error());
    auto saved = output->write(*bytes);
    if (saved) saved = output->finish();
    if (!saved) return fail(std::move(saved).error());
    print_note(summary(model));
    return samples->any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

 private:
  Model train_model(const Dataset& data, const FeatureList& features,
                    const FlowOptions& flow) const {
    Model model;
    model.apps = data.apps;
    model.flows_per_app = data.flows_per_app();
    model.feature_sets = features.set_names();
    model.columns = features.column_names();
    model.feature_identity = features.identity();
    model.flow_key = flow.key;
    model.burst_gap = flow.burst_gap;
    model.trained_by = program_version();
    model.seed = learner_.seed;
    model.captures = data.captures;
    if (learner_.forest().learner == Learner::kSvm) {
      add_svm(data, model);
    } else {
      if (!no_examples_) model.examples = choose_examples(data);
      add_forest(data, model);
    }
    model.names = NameTable::learn(data);
    add_weights(data, model);
    add_ambiguity(data, model);
    if (!no_score_) score(data, model);
    return model;
  }

  void add_forest(const Dataset& data, Model& model) const {
    Progress progress("growing trees");
    ForestOptions options = learner_.forest();
    options.progress = std::ref(progress);
    BuiltForest built = build_forest(data, options);
    const OutOfBag results = predict_out_of_bag(built, data, learner_.threads);
    model.out_of_bag_accuracy = results.accuracy;
    model.feature_profile = find_feature_profile(built, results, data);
    PermutationOptions permutation;
    permutation.seed = learner_.seed;
    permutation.threads = learner_.threads;
    const auto lost = permutation_importance(built, data, permutation);
    for (std::size_t i = 0; i < lost.size(); ++i) {
      model.importance.push_back({built.impurity_importance[i], lost[i]});
    }
    model.forest = std::move(built.forest);
  }

  void add_svm(const Dataset& data, Model& model) const {
    SvmOptions options;
    options.balance_apps = learner_.forest().balance_apps;
    model.svm = build_svm(data, options);
    model.forest.apps = data.apps.size();
    model.forest.width = data.width;
    model.importance.resize(data.width);
    model.feature_profile.signs.resize(data.apps.size() * data.width);
  }

  void add_weights(const Dataset& data, Model& model) const {
    CrossValidationOptions options;
    options.folds = kFolds;
    options.forest = learner_.forest();
    Progress progress("fitting the weights");
    options.forest.progress = std::ref(progress);
    const auto weights = learn_weights(data, options, kEvidenceKinds);
    std::copy(weights.begin(), weights.end(), model.weights.begin());
  }

  void add_ambiguity(const Dataset& data, Model& model) const {
    CrossValidationOptions options;
    options.folds = kFolds;
    options.forest = learner_.forest();
    Progress progress("finding ambiguous flows");
    options.forest.progress = std::ref(progress);
    model.ambiguity = learn_ambiguity(data, options, kinds_);
  }

  void score(const Dataset& data, Model& model) const {
    CrossValidationOptions options;
    options.folds = kFolds;
    options.forest = learner_.forest();
    const std::size_t folds = count_folds(assign_folds(data, options));
    if (folds < 2) {
      warn(
          "all flows are of one capture, so none is left to test on and the "
          "model has no accuracy estimate; record more captures");
      return;
    }
    warn_of_single_captures(data);
    Progress progress("cross-validating");
    options.forest.progress = std::ref(progress);
    const HeldOutScores held_out = score_cross_validated(data, options, kinds_);
    const auto results =
        classify_captures(data, held_out.scores, held_out.weights, kinds_);
    const Evaluation evaluation = evaluate(data, results, UnknownRule{});
    model.held_out_score = HeldOutScore{
        evaluation.score(), std::string(split_name(options.split)),
        static_cast<std::uint32_t>(folds), evaluation.confusions()};
  }

  std::string summary(const Model& model) const {
    std::uint64_t flows = 0;
    for (const std::uint64_t of_app : model.flows_per_app) flows += of_app;
    std::string text =
        fmt::format("Trained on {}: {} of {}, written to {}.\n",
                    listed(model.apps), counted(flows, "flow"),
                    counted(model.captures.size(), "capture"), output_);
    if (model.held_out_score) {
      text += fmt::format(
          "Cross-validated accuracy: {} % of flows ({} % on average over the "
          "apps).\n",
          percent(model.held_out_score->score.accuracy),
          percent(model.held_out_score->score.balanced_accuracy));
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
  EvidenceKinds kinds_;  // used for the score; all kinds are trained
  bool no_score_ = false;
  bool no_examples_ = false;
  MeterArguments meter_;
};

}  // namespace

std::unique_ptr<Command> make_train_command(CLI::App& program) {
  return std::make_unique<TrainCommand>(program);
}

}  // namespace flowtell
