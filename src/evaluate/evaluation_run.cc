// SPDX-License-Identifier: Apache-2.0
#include "evaluate/evaluation_run.h"

#include <algorithm>

namespace flowtell {
namespace {

CrossValidationOptions training_step(const EvaluateOptions& options) {
  CrossValidationOptions validation = options.validation;
  validation.forest =
      with_progress(validation.forest, options.progress, "training");
  return validation;
}

Result<void> check_leaving_out(const Dataset& data,
                               const CrossValidationOptions& options) {
  const std::size_t apps = data.apps_with_flows();
  if (apps < 4) {
    return fail(ErrorKind::kNoData,
                "leaving apps out needs four apps, since training leaves out "
                "another to fit the unknown score, and there are only {}; add "
                "captures of another",
                apps);
  }
  const auto needed = app_required_for_folds(data, options);
  if (!needed) return {};
  return fail(ErrorKind::kNoData,
              "without {}, the other apps cannot be split {} into two folds; "
              "add captures of them, or choose another split",
              *needed, split_name(options.split));
}

// How a dataset, or the training data of a model, was measured.
struct Measurement {
  std::vector<std::string> apps;
  std::string features;  // FeatureList::identity
  FlowKey flow_key;
  Duration burst_gap;
  Duration burst_limit;

  bool operator==(const Measurement&) const = default;
};

Measurement measurement_of(const Dataset& data) {
  return {data.apps, data.features.identity(), data.flow_key, data.burst_gap,
          data.burst_limit};
}

// `trained`: what was trained on, in words.
Result<void> require_measured_alike(const Measurement& tested,
                                    const Measurement& training,
                                    std::string_view trained) {
  if (tested == training) return {};
  return fail(ErrorKind::kUsage,
              "the test captures were measured differently from the {}; load "
              "them with the same apps, features and flow definition",
              trained);
}

Result<void> check_test_set(const Dataset& training, const Dataset& tested,
                            const EvaluateOptions& options) {
  if (auto enough = require_two_apps(training); !enough) return enough;
  auto alike = require_measured_alike(
      measurement_of(tested), measurement_of(training), "training captures");
  if (!alike) return alike;
  if (options.repeats > 1 || options.leave_apps_out) {
    return fail(ErrorKind::kUsage,
                "repeating and leaving apps out need folds, and a test set has "
                "none; leave one of them out");
  }
  return {};
}

// Scores the first assignment of folds, and others with consecutive seeds.
RepeatedScore repeat(const Dataset& data, const EvaluateOptions& options,
                     const HeldOutScores& first) {
  RepeatedFolds folds;
  folds.add(data, first, options.kinds);
  CrossValidationOptions validation = options.validation;
  for (std::size_t i = 1; i < options.repeats; ++i) {
    if (options.progress) {
      options.progress("repeating with other folds", i, options.repeats);
    }
    ++validation.forest.seed;
    folds.add(data,
              score_cross_validated(data, validation, options.kinds,
                                    UnknownFit::kSkip),
              options.kinds);
  }
  return folds.score();
}

void evaluate_scores(const Dataset& tested, const EvaluateOptions& options,
                     const std::optional<AmbiguousRows>& ambiguous,
                     EvaluationRun& run) {
  const HeldOutScores& held_out = run.held_out;
  run.verdicts = reach_verdicts(tested, held_out, options.kinds, options.rule);
  const RowVerdicts& verdicts = run.verdicts;
  const auto rows = testable_rows(tested, held_out.weights.fold_of);
  run.evaluation = evaluate(tested.select(rows), verdicts.select(rows));
  name_untested(tested, run.evaluation);
  if (rows.empty()) return;
  run.evaluation.evidence_use = evidence_use(tested, held_out.scores);
  if (ambiguous) {
    run.evaluation.ambiguity = evaluate_ambiguity(
        tested.select(rows), verdicts.probabilities.select(rows),
        ambiguous->select(rows));
  }
  if (options.with_timeline) {
    run.evaluation.timeline = evaluate_timeline(tested, held_out, options.kinds,
                                                options.validation.forest.seed);
  }
  if (options.with_mixed) {
    run.evaluation.mixed = evaluate_mixed(tested, held_out, options.kinds,
                                          options.validation.forest.seed);
  }
}

}  // namespace

Result<EvaluationRun> run_cross_validation(const Dataset& data,
                                           const EvaluateOptions& options) {
  if (auto enough = require_two_apps(data); !enough) {
    return fail(std::move(enough).error());
  }
  const CrossValidationOptions& validation = options.validation;
  EvaluationRun run;
  run.fold_of = assign_folds(data, validation);
  run.folds = count_folds(run.fold_of);
  if (run.folds < 2 && count_recordings(data.captures) == 1) {
    return fail(ErrorKind::kNoData,
                "all flows are of one recording, so none is left to test on; "
                "record more, or split its time into groups in a manifest and "
                "split by group");
  }
  if (run.folds < 2) {
    return fail(ErrorKind::kNoData,
                "the captures cannot be split {}: all flows are in one fold; "
                "add more captures, or use a test set",
                split_name(validation.split));
  }
  if (options.leave_apps_out) {
    if (auto possible = check_leaving_out(data, validation); !possible) {
      return fail(std::move(possible).error());
    }
  }
  run.held_out =
      score_cross_validated(data, training_step(options), options.kinds);
  std::optional<AmbiguousRows> ambiguous;
  if (options.with_ambiguity) {
    ambiguous = mark_ambiguous_cross_validated(data, validation, options.kinds);
  }
  evaluate_scores(data, options, ambiguous, run);
  if (!run.evaluation.has_score()) return run;
  if (options.repeats > 1) {
    run.evaluation.repeats = repeat(data, options, run.held_out);
  }
  if (options.leave_apps_out) {
    run.evaluation.open_set = leave_apps_out(data, validation, options.kinds,
                                             options.rule, options.progress);
  }
  return run;
}

Result<EvaluationRun> run_model_test(const Model& model, const Dataset& tested,
                                     const EvaluateOptions& options) {
  auto alike = require_measured_alike(
      measurement_of(tested),
      {model.apps, model.feature_identity, model.flow_key, model.burst_gap,
       model.burst_limit},
      "model's training captures");
  if (!alike) return fail(std::move(alike).error());
  if (options.repeats > 1 || options.leave_apps_out || options.with_ambiguity) {
    return fail(ErrorKind::kUsage,
                "repeating, leaving apps out and finding ambiguous flows need "
                "training, and a given model is only tested; leave them out");
  }
  EvaluationRun run;
  run.held_out.weights.of_fold = {model.weights[index_of(options.kinds)]};
  run.held_out.scores =
      score(scorers_of(model), tested, options.validation.forest.threads);
  evaluate_scores(tested, options, {}, run);
  return run;
}

Result<EvaluationRun> run_test_set(const Dataset& training,
                                   const Dataset& tested,
                                   const EvaluateOptions& options) {
  if (auto possible = check_test_set(training, tested, options); !possible) {
    return fail(std::move(possible).error());
  }
  EvaluationRun run;
  run.held_out =
      score_test_set(training, tested, training_step(options), options.kinds);
  std::optional<AmbiguousRows> ambiguous;
  if (options.with_ambiguity) {
    ambiguous = mark_ambiguous_test_set(training, tested, options.validation,
                                        options.kinds);
  }
  evaluate_scores(tested, options, ambiguous, run);
  return run;
}

}  // namespace flowtell
