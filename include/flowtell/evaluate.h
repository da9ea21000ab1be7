// SPDX-License-Identifier: Apache-2.0
//
// Measures how well models trained on a dataset classify, and checks datasets
// before training.
#pragma once

#include <string>

#include "flowtell/train.h"

namespace flowtell {
inline namespace v0 {

struct EvaluateOptions {
  TrainOptions train = {};   // how models are trained
  std::string unknown = {};  // as in ClassifierOptions
  std::string split = {};    // "by-capture", "by-group" or "by-flow"
  std::size_t folds = 5;
  std::size_t repeats = 1;
  bool timeline = false;
  bool mixed = false;
  bool ambiguity = false;
  bool leave_apps_out = false;
};

namespace detail {

// `train` must outlive the result.
inline flowtell_evaluate_options to_c(const EvaluateOptions& options,
                                      const flowtell_train_options& train) {
  flowtell_evaluate_options given{};
  given.size = sizeof given;
  given.train = &train;
  given.unknown = text_or_default(options.unknown);
  given.split = text_or_default(options.split);
  given.folds = options.folds;
  given.repeats = options.repeats;
  given.timeline = options.timeline ? 1 : 0;
  given.mixed = options.mixed ? 1 : 0;
  given.ambiguity = options.ambiguity ? 1 : 0;
  given.leave_apps_out = options.leave_apps_out ? 1 : 0;
  return given;
}

inline std::string evaluate(const Dataset& data, const Dataset* tested,
                            const EvaluateOptions& options) {
  const flowtell_train_options train = to_c(options.train);
  const flowtell_evaluate_options given = to_c(options, train);
  char* json = nullptr;
  call(flowtell_evaluate, data.get(),
       tested != nullptr ? tested->get() : nullptr, &given, &json);
  return take_text(json);
}

}  // namespace detail

// By cross-validation. The result as JSON (docs/formats.md).
inline std::string evaluate(const Dataset& data,
                            const EvaluateOptions& options = {}) {
  return detail::evaluate(data, nullptr, options);
}
// Trained on `data`, tested on `tested` (Dataset::load_like).
inline std::string evaluate(const Dataset& data, const Dataset& tested,
                            const EvaluateOptions& options = {}) {
  return detail::evaluate(data, &tested, options);
}

// Tests a model on captures (Dataset::load_for). Of the options evidence,
// threads, unknown, timeline and mixed count.
inline std::string evaluate(const Model& model, const Dataset& tested,
                            const EvaluateOptions& options = {}) {
  const flowtell_train_options train = detail::to_c(options.train);
  const flowtell_evaluate_options given = detail::to_c(options, train);
  char* json = nullptr;
  detail::call(flowtell_evaluate_model, model.get(), tested.get(), &given,
               &json);
  return detail::take_text(json);
}

// What would make training or an evaluation misleading, as JSON
// (docs/audit.md).
inline std::string audit(const Dataset& data) {
  char* json = nullptr;
  detail::call(flowtell_audit, data.get(), &json);
  return detail::take_text(json);
}

}  // namespace v0
}  // namespace flowtell
