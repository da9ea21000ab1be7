// SPDX-License-Identifier: Apache-2.0
//
// Where an evaluation goes: a table on standard output, --json, --html. Places
// are opened before the work begins, so that one that cannot be written does
// not cost it.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/evaluation_page.h"
#include "tool/console.h"

namespace flowtell {

class EvaluationOutputs {
 public:
  void define(CLI::App& command);
  // `read`: what they must not replace.
  Result<void> open(const std::vector<std::string>& read);

  bool wants_page() const { return page_.has_value(); }

  Result<void> write(const Evaluation& evaluation,
                     const EvaluationSetting& setting);
  // REQUIRES: wants_page().
  Result<void> write_page(const EvaluationPage& page);

 private:
  std::string json_path_;
  std::string page_path_;
  std::optional<Output> json_;
  std::optional<Output> page_;
};

}  // namespace flowtell
