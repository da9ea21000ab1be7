// SPDX-License-Identifier: Apache-2.0
//
// Labelled captures, training and evaluation in the C interface.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "api/handles.h"
#include "audit/audit.h"
#include "base/file.h"
#include "capture/capture_file.h"
#include "evaluate/evaluation_run.h"
#include "learn/adaptation.h"
#include "learn/training.h"
#include "model/labelled_captures.h"
#include "model/model_file.h"
#include "report/audit_report.h"
#include "report/evaluation.h"
#include "report/ledger_text.h"

namespace flowtell::api {
namespace {

template <typename Enum, std::size_t n>
Result<Enum> named(const char* name,
                   const std::array<std::string_view, n>& names,
                   std::string_view what) {
  if (name == nullptr) return static_cast<Enum>(0);
  const auto at = std::ranges::find(names, std::string_view(name));
  if (at == names.end()) {
    return fail(ErrorKind::kUsage, "'{}' is not a {}; give one of {}", name,
                what, fmt::join(names, ", "));
  }
  return static_cast<Enum>(at - names.begin());
}

Result<TrainOptions> train_options(const flowtell_train_options* options) {
  auto read = read_options(options);
  if (!read) return fail(std::move(read).error());
  const flowtell_train_options given = *read;
  TrainOptions train;
  auto learner = named<Learner>(given.learner, kLearnerNames, "learner");
  if (!learner) return fail(std::move(learner).error());
  auto kinds =
      EvidenceKinds::parse(text_or(given.evidence, EvidenceKinds::kAll));
  if (!kinds) return fail("the evidence", std::move(kinds).error());
  train.shape.learner = *learner;
  if (given.trees > ForestOptions::kMaxTrees) {
    return fail(ErrorKind::kUsage, "{} trees are too many; give at most {}",
                given.trees, ForestOptions::kMaxTrees);
  }
  if (given.trees != 0) train.shape.trees = given.trees;
  if (given.seed != 0) train.shape.seed = given.seed;
  train.shape.balance_apps = given.weigh_by_flows == 0;
  train.shape.threads = threads_or_all(given.threads);
  train.kinds = *kinds;
  train.with_score = given.no_score == 0;
  train.with_examples = given.no_examples == 0;
  train.with_table = given.no_table == 0;
  if (given.progress != nullptr) {
    train.progress = [given](std::string_view step, std::size_t done,
                             std::size_t total) {
      given.progress(given.progress_context, std::string(step).c_str(), done,
                     total);
    };
  }
  return train;
}

struct EvaluationRequest {
  EvaluateOptions options;
  EvaluationSetting setting;
};

Result<EvaluationRequest> evaluation_request(
    const flowtell_dataset& dataset, const flowtell_dataset* tested,
    const flowtell_evaluate_options* options) {
  auto read = read_options(options);
  if (!read) return fail(std::move(read).error());
  const flowtell_evaluate_options given = *read;
  if (given.folds == 1) {
    return fail(ErrorKind::kUsage,
                "one fold leaves nothing to train on; give at least two");
  }
  auto train = train_options(given.train);
  if (!train) return fail(std::move(train).error());
  auto split = named<Split>(given.split, kSplitNames, "split");
  if (!split) return fail(std::move(split).error());
  auto rule = UnknownRule::parse(text_or(given.unknown, UnknownRule{}.text()));
  if (!rule) return fail("the unknown rule", std::move(rule).error());
  EvaluationRequest request;
  EvaluateOptions& evaluate = request.options;
  evaluate.validation.split = *split;
  if (given.folds != 0) evaluate.validation.folds = given.folds;
  evaluate.validation.forest = train->shape;
  evaluate.kinds = train->kinds;
  evaluate.rule = *rule;
  if (given.repeats != 0) evaluate.repeats = given.repeats;
  evaluate.with_timeline = given.timeline != 0;
  evaluate.with_mixed = given.mixed != 0;
  evaluate.with_ambiguity = given.ambiguity != 0;
  evaluate.leave_apps_out = given.leave_apps_out != 0;
  evaluate.progress = train->progress;
  EvaluationSetting& setting = request.setting;
  setting.captures = dataset.captures;
  setting.tested = tested != nullptr ? tested->captures : "";
  setting.split = tested != nullptr ? "other-captures" : split_name(*split);
  setting.features = dataset.loaded.dataset.features.set_names();
  setting.evidence = train->kinds.text();
  setting.learner =
      kLearnerNames[static_cast<std::size_t>(train->shape.learner)];
  setting.rule = *rule;
  setting.seed = train->shape.seed;
  return request;
}

// `warnings`: the remarks about labels.
std::vector<std::string> warnings_of(const LoadedDataset& loaded,
                                     std::vector<std::string> warnings) {
  warnings.insert(warnings.end(), loaded.unread.begin(), loaded.unread.end());
  for (const DamagedCapture& damaged : loaded.damaged) {
    warnings.push_back(fmt::format("{}: byte {}: {}", damaged.path,
                                   damaged.damage.offset, damaged.damage.what));
  }
  for (std::vector<std::string> more :
       {loaded.remarks(), flowtell::warnings_of(loaded.report)}) {
    std::ranges::move(more, std::back_inserter(warnings));
  }
  return warnings;
}

std::vector<std::string> paths_of(const Dataset& data) {
  std::vector<std::string> paths;
  for (const CaptureRecord& capture : data.captures) {
    paths.push_back(capture.path);
  }
  return paths;
}

Result<LoadOptions> load_options(const flowtell_dataset_options& given) {
  LoadOptions load;
  load.threads = threads_or_all(given.threads);
  auto read = read_options(given.flow);
  if (!read) return fail(std::move(read).error());
  const flowtell_flow_options flow = *read;
  auto options = flow_options(
      flow, given.like != nullptr ? given.like->flow : FlowOptions{});
  if (!options) return fail(std::move(options).error());
  load.flow = *options;
  load.flow.names = true;
  if (given.for_model != nullptr) {
    const Model& model = *given.for_model->model;
    auto features = model.features();
    if (!features) return fail(std::move(features).error());
    load.apps = model.apps;
    load.features = *features;
    load.flow.key = model.flow_key;
    load.flow.burst_gap = model.burst_gap;
    load.parts = model.table && model.table->parts.size() > 0;
    return load;
  }
  if (given.like != nullptr) {
    const Dataset& like = given.like->loaded.dataset;
    load.apps = like.apps;
    load.features = like.features;
    load.flow.key = like.flow_key;
    load.flow.burst_gap = like.burst_gap;
    load.flow.burst_limit = like.burst_limit;
    return load;  // parts are for training only
  }
  auto features =
      FeatureList::parse(text_or(flow.features, FeatureList::kDefault));
  if (!features) return fail(std::move(features).error());
  if (features->width() == 0) {
    return fail(ErrorKind::kUsage,
                "a dataset needs columns; name at least one feature set");
  }
  load.features = *features;
  load.parts = given.whole_flows == 0;
  return load;
}

Result<std::vector<LabelledCapture>> captures_of(
    const char* captures, const flowtell_dataset_options& given,
    const LabelContext& context) {
  if (given.unlabelled == 0) return find_labelled_captures(captures, context);
  if (given.for_model == nullptr) {
    return fail(ErrorKind::kUsage,
                "unlabelled captures are for adapting a model; give the model");
  }
  auto paths = find_captures({std::string(captures)});
  if (!paths) return fail(std::move(paths).error());
  *context.joined = join_files(*paths, Candidates::kByName);
  return unlabelled_captures(*context.joined,
                             given.for_model->model->apps.front());
}

// The rows of a dataset that may be missing.
Dataset rows_or_none(const flowtell_dataset* given, const Model& model) {
  if (given != nullptr) return given->loaded.dataset;
  Dataset none;
  none.apps = model.apps;
  none.width = model.columns.size();
  return none;
}

// How to train a model again: as it was.
TrainOptions options_again(const Model& model, const TrainOptions& given) {
  TrainOptions options = options_of(model);
  options.shape.threads = given.shape.threads;
  options.with_score = options.with_score && given.with_score;
  options.progress = given.progress;
  return options;
}

flowtell_model* new_model(Model model) {
  auto shared = std::make_shared<const Model>(std::move(model));
  std::string sets = fmt::format("{}", fmt::join(shared->feature_sets, ","));
  return new flowtell_model{shared, flowtell_text_list(shared->apps),
                            flowtell_text_list(shared->columns),
                            std::move(sets)};
}

}  // namespace
}  // namespace flowtell::api

using namespace flowtell;
using namespace flowtell::api;

flowtell_status flowtell_dataset_load(const char* captures,
                                      const flowtell_dataset_options* options,
                                      flowtell_dataset** dataset,
                                      flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (auto given = require_given(captures, "the captures' path"); !given) {
      return given;
    }
    auto read = read_options(options);
    if (!read) return fail(std::move(read).error());
    auto load = load_options(*read);
    if (!load) return fail(std::move(load).error());
    std::vector<std::string> remarks;
    std::vector<CaptureFiles> joined;
    auto labelled = captures_of(
        captures, *read,
        {.apps = load->apps, .remarks = &remarks, .joined = &joined});
    if (!labelled) return fail(std::move(labelled).error());
    if (!joined.empty()) remarks.push_back(joined_text(joined));
    auto loaded = load_dataset(*labelled, *load);
    if (!loaded) return fail(std::move(loaded).error());
    if (loaded->dataset.rows() == 0) {
      return fail(ErrorKind::kNoData, "{}: {}", captures,
                  no_flow_text(loaded->report));
    }
    auto made = std::make_unique<flowtell_dataset>();
    made->captures = captures;
    made->flow = load->flow;
    made->apps = flowtell_text_list(loaded->dataset.apps);
    made->columns = flowtell_text_list(load->features.column_names());
    made->paths = flowtell_text_list(paths_of(loaded->dataset));
    made->warnings =
        flowtell_text_list(warnings_of(*loaded, std::move(remarks)));
    made->loaded = std::move(*loaded);
    *dataset = made.release();
    return {};
  });
}

void flowtell_dataset_get(const flowtell_dataset* dataset,
                          flowtell_dataset_view* view) {
  const Dataset& data = dataset->loaded.dataset;
  static_assert(sizeof(AppId) == sizeof(uint16_t));
  copy_view(flowtell_dataset_view{.size = 0,
                                  .rows = data.rows(),
                                  .columns = data.width,
                                  .apps = data.apps.size(),
                                  .captures = data.captures.size(),
                                  .warnings = dataset->warnings.size(),
                                  .values = data.values.data(),
                                  .labels = data.labels.data(),
                                  .capture_of = data.capture_of.data(),
                                  .app_names = dataset->apps.data(),
                                  .column_names = dataset->columns.data(),
                                  .capture_paths = dataset->paths.data(),
                                  .warning_texts = dataset->warnings.data()},
            view);
}

void flowtell_dataset_free(flowtell_dataset* dataset) { delete dataset; }

flowtell_status flowtell_audit(const flowtell_dataset* dataset, char** json,
                               flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    AuditOptions options;
    options.columns = dataset->loaded.dataset.features.column_names();
    options.threads = threads_or_all(0);
    *json = copy_text(
        audit_json(dataset->loaded.dataset, audit(dataset->loaded, options)));
    return {};
  });
}

flowtell_status flowtell_train(const flowtell_dataset* dataset,
                               const flowtell_train_options* options,
                               flowtell_model** model, flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    auto given = train_options(options);
    if (!given) return fail(std::move(given).error());
    auto trained = train(dataset->loaded.dataset, *given);
    if (!trained) return fail(dataset->captures, std::move(trained).error());
    *model = new_model(std::move(*trained));
    return {};
  });
}

flowtell_status flowtell_adapt(const flowtell_model* model,
                               const flowtell_dataset* site,
                               const flowtell_dataset* labelled,
                               const flowtell_train_options* options,
                               flowtell_model** adapted,
                               flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    auto given = train_options(options);
    if (!given) return fail(std::move(given).error());
    const Model& home = *model->model;
    auto made =
        adapt(home, rows_or_none(site, home), rows_or_none(labelled, home),
              options_again(home, *given));
    if (!made) return fail(std::move(made).error());
    *adapted = new_model(std::move(made->model));
    return {};
  });
}

flowtell_status flowtell_undo_adaptation(const flowtell_model* model,
                                         const flowtell_train_options* options,
                                         flowtell_model** restored,
                                         flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    auto given = train_options(options);
    if (!given) return fail(std::move(given).error());
    auto made =
        undo_adaptation(*model->model, options_again(*model->model, *given));
    if (!made) return fail(std::move(made).error());
    *restored = new_model(std::move(*made));
    return {};
  });
}

flowtell_status flowtell_model_load(const char* path, flowtell_model** model,
                                    flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (auto given = require_given(path, "the path"); !given) return given;
    auto loaded = load_model(path);
    if (!loaded) return fail(std::move(loaded).error());
    *model = new_model(std::move(*loaded));
    return {};
  });
}

flowtell_status flowtell_model_save(const flowtell_model* model,
                                    const char* path, flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    if (auto given = require_given(path, "the path"); !given) return given;
    auto bytes = encode_model(*model->model);
    if (!bytes) return fail(std::move(bytes).error());
    return write_file(path, *bytes);
  });
}

void flowtell_model_get(const flowtell_model* model,
                        flowtell_model_view* view) {
  const Model& shown = *model->model;
  const Score score =
      shown.held_out_score ? shown.held_out_score->score : Score{};
  copy_view(
      flowtell_model_view{.size = 0,
                          .apps = shown.apps.size(),
                          .columns = shown.columns.size(),
                          .app_names = model->apps.data(),
                          .column_names = model->columns.data(),
                          .feature_sets = model->feature_sets.c_str(),
                          .flow_key = flow_key_name(shown.flow_key).data(),
                          .burst_gap = shown.burst_gap.count(),
                          .has_score = shown.held_out_score.has_value() ? 1 : 0,
                          .accuracy = score.accuracy,
                          .balanced_accuracy = score.balanced_accuracy,
                          .burst_limit = shown.burst_limit.count()},
      view);
}

void flowtell_model_free(flowtell_model* model) { delete model; }

flowtell_status flowtell_evaluate(const flowtell_dataset* dataset,
                                  const flowtell_dataset* tested,
                                  const flowtell_evaluate_options* options,
                                  char** json, flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    auto request = evaluation_request(*dataset, tested, options);
    if (!request) return fail(std::move(request).error());
    const Dataset& data = dataset->loaded.dataset;
    Result<EvaluationRun> done =
        tested != nullptr
            ? run_test_set(data, tested->loaded.dataset, request->options)
            : run_cross_validation(data, request->options);
    if (!done) return fail(dataset->captures, std::move(done).error());
    request->setting.folds = done->folds;
    *json = copy_text(evaluation_json(done->evaluation, request->setting));
    return {};
  });
}

flowtell_status flowtell_evaluate_model(
    const flowtell_model* model, const flowtell_dataset* tested,
    const flowtell_evaluate_options* options, char** json,
    flowtell_error* error) {
  return guarded(error, [&]() -> Result<void> {
    auto request = evaluation_request(*tested, tested, options);
    if (!request) return fail(std::move(request).error());
    const Model& given = *model->model;
    EvaluationSetting& setting = request->setting;
    setting.captures = "";
    setting.learner = kLearnerNames[given.svm ? 1 : 0];
    setting.seed = given.seed;
    auto done = run_model_test(given, tested->loaded.dataset, request->options);
    if (!done) return fail(tested->captures, std::move(done).error());
    *json = copy_text(evaluation_json(done->evaluation, setting));
    return {};
  });
}
