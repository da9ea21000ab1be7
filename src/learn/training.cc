// SPDX-License-Identifier: Apache-2.0
#include "learn/training.h"

#include <algorithm>

#include "learn/ambiguity.h"
#include "learn/confusion.h"
#include "learn/held_out_scores.h"
#include "learn/held_out_trees.h"
#include "learn/out_of_bag.h"
#include "learn/scorers.h"
#include "model/training_table.h"

namespace flowtell {
namespace {

// What is known without learning.
Model describe(const Dataset& data, const TrainOptions& options) {
  Model model;
  model.apps = data.apps;
  model.flows_per_app = data.flows_per_app();
  model.feature_sets = data.features.set_names();
  model.columns = data.features.column_names();
  model.feature_identity = data.features.identity();
  model.flow_key = data.flow_key;
  model.burst_gap = data.burst_gap;
  model.burst_limit = data.burst_limit;
  model.trained_by = program_version();
  model.seed = options.shape.seed;
  model.captures = data.captures;
  model.balance_apps = options.shape.balance_apps;
  if (options.with_table) model.table = training_table(data);
  return model;
}

CrossValidationOptions validation(const TrainOptions& options,
                                  std::string_view step) {
  CrossValidationOptions validation;
  validation.folds = options.folds;
  validation.forest = with_progress(options.shape, options.progress, step);
  return validation;
}

void add_forest(const Dataset& data, const TrainOptions& options,
                Model& model) {
  BuiltForest built = build_forest(
      data, with_progress(options.shape, options.progress, "growing trees"));
  const int threads = options.shape.threads;
  model.out_of_bag_accuracy = predict_out_of_bag(built, data, threads).accuracy;
  const BuiltForest held_out = with_held_out_trees(
      built, data, validation(options, "growing trees for small apps"));
  model.feature_profile = find_feature_profile(
      held_out, predict_out_of_bag(held_out, data, threads), data);
  PermutationOptions permutation;
  permutation.seed = options.shape.seed;
  permutation.threads = threads;
  const auto lost = permutation_importance(held_out, data, permutation);
  for (std::size_t i = 0; i < lost.size(); ++i) {
    model.importance.push_back({built.impurity_importance[i], lost[i]});
  }
  model.forest = std::move(built.forest);
}

void add_svm(const Dataset& data, const TrainOptions& options, Model& model) {
  SvmOptions svm;
  svm.balance_apps = options.shape.balance_apps;
  model.svm = build_svm(data, svm);
  model.forest.apps = data.apps.size();
  model.forest.width = data.width;
  model.importance.resize(data.width);
  model.feature_profile.signs.resize(data.apps.size() * data.width);
}

HeldOutScore estimate_accuracy(const Dataset& data, FoldScores held_out,
                               const TrainOptions& options) {
  const auto validated = validation(options, "cross-validating");
  const std::size_t folds = count_folds(held_out.fold_of);
  const HeldOutScores scores = score_cross_validated(
      data, std::move(held_out), validated, options.kinds, UnknownFit::kSkip);
  const auto testable = testable_rows(data, scores.weights.fold_of);
  const ConfusionMatrix confusion = count_confusions(
      data.select(testable),
      classify_captures(data, scores.scores, scores.weights, options.kinds)
          .select(testable));
  return {score_of(confusion), std::string(split_name(validated.split)),
          static_cast<std::uint32_t>(folds), nonzero_confusions(confusion)};
}

}  // namespace

TrainOptions options_of(const Model& model) {
  TrainOptions options;
  options.shape.seed = model.seed;
  options.shape.balance_apps = model.balance_apps;
  if (model.svm) {
    options.shape.learner = Learner::kSvm;
  } else {
    options.shape.trees = model.forest.trees.size();
  }
  options.with_examples = model.examples.size() > 0;
  options.with_score = model.held_out_score.has_value();
  return options;
}

Result<Model> train(const Dataset& data, const TrainOptions& options) {
  if (auto enough = require_two_apps(data); !enough) {
    return fail(std::move(enough).error());
  }
  require(data.features.width() == data.width,
          "a dataset has the columns of its features");
  Model model = describe(data, options);
  if (options.shape.learner == Learner::kSvm) {
    add_svm(data, options, model);
  } else {
    if (options.with_examples) model.examples = choose_examples(data);
    add_forest(data, options, model);
  }
  model.names = NameTable::train(data);
  model.other_forest = build_other_forest(data, options.shape);
  model.known_rows = KnownRows::of(data.values, data.width);

  FoldScores held_out =
      score_folds(data, validation(options, "scoring held-out flows"));
  const auto weights =
      learn_weights(data, held_out, validation(options, "fitting the weights"),
                    kEvidenceKinds);
  std::ranges::copy(weights, model.weights.begin());
  model.ambiguity = learn_ambiguity(data, held_out, options.kinds);
  if (options.with_score && !held_out.is_empty() &&
      !testable_rows(data, held_out.fold_of).empty()) {
    model.held_out_score =
        estimate_accuracy(data, std::move(held_out), options);
  }
  return model;
}

}  // namespace flowtell
