// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "evaluate/evaluation.h"
#include "learn/ambiguity.h"
#include "learn/feature_profile_finder.h"
#include "learn/held_out_scores.h"
#include "learn/out_of_bag.h"
#include "model/model_file.h"
#include "report/table.h"
#include "tool/apart.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

constexpr std::size_t kFolds = 5;

class TrainCommand : public Command {
 public:
  explicit TrainCommand(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("train", "Learn the apps of labelled captures");
    command
        .add_option("CAPTURES", captures_,
                    "A folder whose sub-folders are named for apps, or a "
                    "manifest (CSV: path,app,...)")
        ->type_name("")
        ->required();
    command.add_option("-o,--output", output_, "The model to write")
        ->type_name("MODEL")
        ->required();
    learner_.define(command);
    command.add_flag("--no-score", no_score_,
                     "Do not judge the learner by cross-validation first; "
                     "quicker, but the model cannot tell how good it is");
    command.add_flag("--no-examples", no_examples_,
                     "Do not keep the features of some training flows in the "
                     "model; 'explain' then cannot tell the flows most like "
                     "one");
    meter_.define(command);
    meter_.define_flow(command);
    command.footer(
        "Examples:\n"
        "  flowtell train captures/ -o apps.model\n"
        "      captures/youtube/*.pcap teach youtube, captures/chat/* chat\n"
        "  flowtell train manifest.csv -o apps.model --features classic14");
  }

  Result<ExitCode> run() override {
    if (auto sound = learner_.check(); !sound) {
      return fail(std::move(sound).error());
    }
    auto kinds = EvidenceKinds::parse(learner_.evidence);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    kinds_ = *kinds;
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    options->names = kinds->name;
    if (auto apart = check_apart({output_}, {captures_}); !apart) {
      return fail(std::move(apart).error());
    }
    // Opened first: a place that cannot be written should not cost the work.
    auto output = Output::open(output_);
    if (!output) return fail(std::move(output).error());
    auto samples = read_samples(captures_, *options, learner_, {});
    if (!samples) return fail(std::move(samples).error());
    if (auto two = require_two_apps(samples->dataset, captures_); !two) {
      return fail(std::move(two).error());
    }
    auto features = learner_.features();
    if (!features) return fail(std::move(features).error());
    const Model model = learn(samples->dataset, *features, *options);
    auto bytes = encode_model(model);
    if (!bytes) return fail(std::move(bytes).error());
    auto saved = output->write(*bytes);
    if (saved) saved = output->finish();
    if (!saved) return fail(std::move(saved).error());
    remark(summary(model));
    return samples->any_damage ? ExitCode::kDamaged : ExitCode::kDone;
  }

 private:
  Model learn(const Dataset& data, const FeatureList& features,
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
      find_vectors(data, model);
    } else {
      if (!no_examples_) model.examples = choose_examples(data);
      grow(data, model);
    }
    model.names = NameTable::learn(data);
    weigh(data, model);
    find_shared(data, model);
    if (!no_score_) score(data, model);
    return model;
  }

  void grow(const Dataset& data, Model& model) const {
    Progress progress("growing trees");
    ForestOptions options = learner_.forest();
    options.progress = std::ref(progress);
    BuiltForest built = build_forest(data, options);
    const OutOfBag judged = predict_out_of_bag(built, data, learner_.threads);
    model.out_of_bag_accuracy = judged.accuracy;
    model.feature_profile = find_feature_profile(built, judged, data);
    PermutationOptions permutation;
    permutation.seed = learner_.seed;
    permutation.threads = learner_.threads;
    const auto lost = permutation_importance(built, data, permutation);
    for (std::size_t i = 0; i < lost.size(); ++i) {
      model.importance.push_back({built.impurity_importance[i], lost[i]});
    }
    model.forest = std::move(built.forest);
  }

  void find_vectors(const Dataset& data, Model& model) const {
    SvmOptions options;
    options.balance_apps = learner_.forest().balance_apps;
    model.svm = build_svm(data, options);
    model.forest.apps = data.apps.size();
    model.forest.width = data.width;
    model.importance.resize(data.width);
    model.feature_profile.signs.resize(data.apps.size() * data.width);
  }

  void weigh(const Dataset& data, Model& model) const {
    CrossValidationOptions options;
    options.folds = kFolds;
    options.forest = learner_.forest();
    Progress progress("weighing the evidence");
    options.forest.progress = std::ref(progress);
    const auto weights = learn_weights(data, options, kEvidenceKinds);
    std::copy(weights.begin(), weights.end(), model.weights.begin());
  }

  void find_shared(const Dataset& data, Model& model) const {
    CrossValidationOptions options;
    options.folds = kFolds;
    options.forest = learner_.forest();
    Progress progress("finding flows that apps share");
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
          "all flows are of one capture, so none is left to judge by: the "
          "model cannot tell how good it is; record more captures");
      return;
    }
    warn_of_single_captures(data);
    Progress progress("judging the learner");
    options.forest.progress = std::ref(progress);
    const HeldOutScores held_out = score_cross_validated(data, options, kinds_);
    const auto judged =
        classify_captures(data, held_out.scores, held_out.weights, kinds_);
    const Evaluation evaluation = evaluate(data, judged, UnknownRule{});
    model.honest = HeldOutScore{
        evaluation.score(), std::string(split_name(options.split)),
        static_cast<std::uint32_t>(folds), evaluation.confusions()};
  }

  std::string summary(const Model& model) const {
    std::uint64_t flows = 0;
    for (const std::uint64_t of_app : model.flows_per_app) flows += of_app;
    std::string text =
        fmt::format("Learned {} from {} of {} into {}.\n", listed(model.apps),
                    counted(flows, "flow"),
                    counted(model.captures.size(), "capture"), output_);
    if (model.honest) {
      text += fmt::format(
          "On captures it was not taught, a model like it names {} % of flows "
          "right ({} % on average over the apps).\n",
          percent(model.honest->score.accuracy),
          percent(model.honest->score.balanced_accuracy));
    }
    const std::size_t shared = model.ambiguity.groups().size();
    if (shared > 0) {
      text += fmt::format(
          "{} of flows look alike whatever the app; 'flowtell model {}' lists "
          "them.\n",
          counted(shared, "group"), output_);
    }
    return text;
  }

  std::string captures_;
  std::string output_;
  LearnerArguments learner_;
  EvidenceKinds kinds_;  // by which the learner is judged; all are learned
  bool no_score_ = false;
  bool no_examples_ = false;
  MeterArguments meter_;
};

}  // namespace

std::unique_ptr<Command> make_train_command(CLI::App& program) {
  return std::make_unique<TrainCommand>(program);
}

}  // namespace flowtell
