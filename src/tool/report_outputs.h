// SPDX-License-Identifier: Apache-2.0
//
// The outputs of a report: text on standard output, --json, --html and
// --predictions. Files are opened before the work begins, so an unwritable file
// fails early.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/console.h"

namespace flowtell {

class ReportOutputs {
 public:
  using Text = std::function<std::string()>;

  void define_json(CLI::App& command, const std::string& help);
  void define_html(CLI::App& command, const std::string& help);
  void define_predictions(CLI::App& command);

  // Fails if an output would replace one of `inputs`.
  Result<void> open(const std::vector<std::string>& inputs);

  // Writes the text, unless another format goes to standard output, and the
  // JSON if requested. REQUIRES: `open` succeeded.
  Result<void> write(const Text& text, const Text& json);

  bool has_page() const { return page_.has_value(); }
  // REQUIRES: has_page().
  Result<void> write_page(std::string_view html);

  bool wants_predictions() const { return !predictions_path_.empty(); }
  bool has_predictions() const { return predictions_.has_value(); }
  // REQUIRES: has_predictions().
  Result<void> write_predictions(std::string_view csv);

 private:
  bool has_text_ = true;  // no other format goes to standard output
  std::string json_path_;
  std::string page_path_;
  std::string predictions_path_;
  std::optional<Output> json_;
  std::optional<Output> page_;
  std::optional<Output> predictions_;
};

}  // namespace flowtell
