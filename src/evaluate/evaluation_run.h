// SPDX-License-Identifier: Apache-2.0
//
// Runs a whole evaluation of labelled data: the recipe behind
// `flowtell evaluate`. Everything that is learned, weights included, is learned
// without the rows it is tested on.
#pragma once

#include "evaluate/evaluation.h"

namespace flowtell {

struct EvaluateOptions {
  CrossValidationOptions validation;
  EvidenceKinds kinds;
  UnknownRule rule;
  std::size_t repeats = 1;  // of cross-validation, each with other folds
  bool with_timeline = false;
  bool with_mixed = false;
  bool with_ambiguity = false;
  bool leave_apps_out = false;
  StepReport progress = {};
};

struct EvaluationRun {
  Evaluation evaluation;
  HeldOutScores held_out;  // behind the verdicts, for charts
  std::size_t folds = 0;   // 0 for a test set
  // By row of the tested data, under the rule; the fold that tested it, which
  // is empty for a test set.
  RowVerdicts verdicts;
  std::vector<std::uint32_t> fold_of;
};

// Fails without two apps, or if the captures fill fewer than two folds, or if
// the remaining apps would after leaving one out.
Result<EvaluationRun> run_cross_validation(const Dataset& data,
                                           const EvaluateOptions& options);

// Tests a model that exists. The rule and the kinds of evidence are those of
// the options; nothing is learned. Fails if `tested` was measured differently
// from the model's training data, or if folds are to be repeated or apps to be
// left out.
Result<EvaluationRun> run_model_test(const Model& model, const Dataset& tested,
                                     const EvaluateOptions& options);

// Trains on one dataset and tests on another. Fails without two apps in
// training, if the two have other apps, features or flow definitions, or if
// folds are to be repeated or apps to be left out, which needs folds.
Result<EvaluationRun> run_test_set(const Dataset& training,
                                   const Dataset& tested,
                                   const EvaluateOptions& options);

}  // namespace flowtell
