// SPDX-License-Identifier: Apache-2.0
//
// Labelled captures as a table: one row for each flow, one column for each
// feature.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flowtell/flow.h"
#include "flowtell/model.h"

namespace flowtell {
inline namespace v0 {

struct DatasetOptions {
  FlowOptions flow = {};  // its features default to "robust"
  bool whole_flows =
      false;        // do not measure parts of flows as well, which make
                    // a forest better at flows that have not ended
  int threads = 0;  // 0: one for each processor
};

// Immutable; copies share the data. Any number of threads may use it.
class Dataset {
 public:
  // `captures`: a folder whose sub-folders are named after apps, a manifest
  // (CSV with the columns path and app), or a capture that names the app of
  // each flow itself.
  static Dataset load(const std::string& captures,
                      const DatasetOptions& options = {}) {
    const flowtell_flow_options flow = detail::to_c(options.flow);
    flowtell_dataset_options given{};
    given.size = sizeof given;
    given.flow = &flow;
    given.whole_flows = options.whole_flows ? 1 : 0;
    given.threads = options.threads;
    return load(captures, given);
  }
  // For testing what is trained on this dataset: the same apps, features and
  // flow definition.
  Dataset load_like(const std::string& captures, int threads = 0) const {
    flowtell_dataset_options given{};
    given.size = sizeof given;
    given.threads = threads;
    given.like = get();
    return load(captures, given);
  }

  // Labelled captures for testing a model, or for adapting it.
  static Dataset load_for(const Model& model, const std::string& captures,
                          int threads = 0) {
    return load(captures, options_for(model, threads));
  }
  // A capture or a folder of captures of any traffic, for adapting a model.
  static Dataset load_unlabelled_for(const Model& model,
                                     const std::string& captures,
                                     int threads = 0) {
    flowtell_dataset_options given = options_for(model, threads);
    given.unlabelled = 1;
    return load(captures, given);
  }

  std::size_t rows() const { return view_.rows; }
  std::size_t columns() const { return view_.columns; }
  // Row-major: [rows()][columns()].
  std::span<const float> values() const {
    return {view_.values, view_.rows * view_.columns};
  }
  // By row: the index in `apps` and in `captures`.
  std::span<const std::uint16_t> labels() const {
    return {view_.labels, view_.rows};
  }
  std::span<const std::uint32_t> capture_of() const {
    return {view_.capture_of, view_.rows};
  }
  std::vector<std::string> apps() const {
    return {view_.app_names, view_.app_names + view_.apps};
  }
  std::vector<std::string> column_names() const {
    return {view_.column_names, view_.column_names + view_.columns};
  }
  std::vector<std::string> captures() const {
    return {view_.capture_paths, view_.capture_paths + view_.captures};
  }
  // Captures that are damaged or could not be read.
  std::vector<std::string> warnings() const {
    return {view_.warning_texts, view_.warning_texts + view_.warnings};
  }

  const flowtell_dataset* get() const { return dataset_.get(); }

 private:
  static flowtell_dataset_options options_for(const Model& model, int threads) {
    flowtell_dataset_options given{};
    given.size = sizeof given;
    given.threads = threads;
    given.for_model = model.get();
    return given;
  }
  static Dataset load(const std::string& captures,
                      const flowtell_dataset_options& given) {
    flowtell_dataset* loaded = nullptr;
    detail::call(flowtell_dataset_load, captures.c_str(), &given, &loaded);
    return Dataset(loaded);
  }

  explicit Dataset(flowtell_dataset* dataset)
      : dataset_(dataset, flowtell_dataset_free) {
    view_.size = sizeof view_;
    flowtell_dataset_get(dataset, &view_);
  }

  std::shared_ptr<const flowtell_dataset> dataset_;
  flowtell_dataset_view view_{};
};

}  // namespace v0
}  // namespace flowtell
