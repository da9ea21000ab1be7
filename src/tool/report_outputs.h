// SPDX-License-Identifier: Apache-2.0
//
// Where a report goes: text on standard output, --json, --html. Files are
// opened before the work begins, so that one that cannot be written does not
// cost it.
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

  // `read`: what they must not replace.
  Result<void> open(const std::vector<std::string>& read);

  // The text, unless another form goes to standard output; and the JSON where
  // that is wanted. REQUIRES: opened.
  Result<void> write(const Text& text, const Text& json);

  bool wants_page() const { return page_.has_value(); }
  // REQUIRES: wants_page().
  Result<void> write_page(std::string_view html);

 private:
  std::string json_path_;
  std::string page_path_;
  std::optional<Output> json_;
  std::optional<Output> page_;
};

}  // namespace flowtell
