// SPDX-License-Identifier: Apache-2.0
//
// What training makes and a file holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtell/capture.h"

namespace flowtell {
inline namespace v0 {

// Immutable; copies share the data. Any number of threads may use it.
class Model {
 public:
  static Model load(const std::string& path) {
    flowtell_model* loaded = nullptr;
    detail::call(flowtell_model_load, path.c_str(), &loaded);
    return Model(loaded);
  }
  // Takes over what a function of the C interface made.
  explicit Model(flowtell_model* model) : model_(model, flowtell_model_free) {}

  // The file appears only when it is complete.
  void save(const std::string& path) const {
    detail::call(flowtell_model_save, get(), path.c_str());
  }

  std::vector<std::string> apps() const {
    const flowtell_model_view shown = view();
    return {shown.app_names, shown.app_names + shown.apps};
  }
  std::vector<std::string> column_names() const {
    const flowtell_model_view shown = view();
    return {shown.column_names, shown.column_names + shown.columns};
  }
  std::string feature_sets() const { return view().feature_sets; }
  std::string flow_key() const { return view().flow_key; }
  Duration burst_gap() const { return Duration(view().burst_gap); }
  Duration burst_limit() const { return Duration(view().burst_limit); }
  // Cross-validated, with every flow named; nullopt if it was not estimated.
  std::optional<double> accuracy() const {
    if (view().has_score == 0) return std::nullopt;
    return view().accuracy;
  }
  // The mean recall of the apps.
  std::optional<double> balanced_accuracy() const {
    if (view().has_score == 0) return std::nullopt;
    return view().balanced_accuracy;
  }

  const flowtell_model* get() const { return model_.get(); }

 private:
  flowtell_model_view view() const {
    flowtell_model_view shown{};
    shown.size = sizeof shown;
    flowtell_model_get(get(), &shown);
    return shown;
  }

  std::shared_ptr<const flowtell_model> model_;
};

}  // namespace v0
}  // namespace flowtell
