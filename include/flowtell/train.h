// SPDX-License-Identifier: Apache-2.0
//
// Trains a model on a dataset.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "flowtell/dataset.h"
#include "flowtell/model.h"

namespace flowtell {
inline namespace v0 {

struct TrainOptions {
  std::string learner = {};   // "forest" or "svm"
  std::string evidence = {};  // "shape,name,time" or fewer, for the estimate
  std::size_t trees = 100;
  std::uint64_t seed = 1;
  int threads = 0;              // 0: one for each processor
  bool weigh_by_flows = false;  // do not give every app the same weight
  bool with_score = true;       // estimate accuracy by cross-validation
  bool with_examples = true;    // training flows to show in explanations
  bool with_table = true;       // the training table, so it can be adapted
  // Called from any thread; must not throw.
  std::function<void(std::string_view step, std::size_t done,
                     std::size_t total)>
      progress = {};
};

namespace detail {

inline flowtell_train_options to_c(const TrainOptions& options) {
  flowtell_train_options out{};
  out.size = sizeof out;
  out.learner = text_or_default(options.learner);
  out.evidence = text_or_default(options.evidence);
  out.trees = options.trees;
  out.seed = options.seed;
  out.threads = options.threads;
  out.weigh_by_flows = options.weigh_by_flows ? 1 : 0;
  out.no_score = options.with_score ? 0 : 1;
  out.no_examples = options.with_examples ? 0 : 1;
  out.no_table = options.with_table ? 0 : 1;
  if (options.progress) {
    out.progress_context = const_cast<TrainOptions*>(&options);
    out.progress = [](void* context, const char* step, std::size_t done,
                      std::size_t total) {
      static_cast<const TrainOptions*>(context)->progress(step, done, total);
    };
  }
  return out;
}

}  // namespace detail

// The model does not depend on the number of threads.
inline Model train(const Dataset& data, const TrainOptions& options = {}) {
  const flowtell_train_options given = detail::to_c(options);
  flowtell_model* trained = nullptr;
  detail::call(flowtell_train, data.get(), &given, &trained);
  return Model(trained);
}

// What to fit a model to (Dataset::load_for).
struct Site {
  std::optional<Dataset> traffic = {};  // unlabelled
  std::optional<Dataset> labelled = {};
};

// Fits a model to another network: trains it again with the surest sessions of
// its traffic and with labelled captures of it. Of the options only threads,
// with_score and progress count: the model is trained as it was.
inline Model adapt(const Model& model, const Site& site,
                   const TrainOptions& options = {}) {
  const flowtell_train_options given = detail::to_c(options);
  const auto handle = [](const std::optional<Dataset>& data) {
    return data ? data->get() : nullptr;
  };
  flowtell_model* adapted = nullptr;
  detail::call(flowtell_adapt, model.get(), handle(site.traffic),
               handle(site.labelled), &given, &adapted);
  return Model(adapted);
}

// Trains again without what adaptations added.
inline Model undo_adaptation(const Model& model,
                             const TrainOptions& options = {}) {
  const flowtell_train_options given = detail::to_c(options);
  flowtell_model* restored = nullptr;
  detail::call(flowtell_undo_adaptation, model.get(), &given, &restored);
  return Model(restored);
}

}  // namespace v0
}  // namespace flowtell
