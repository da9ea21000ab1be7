// SPDX-License-Identifier: Apache-2.0
//
// `evaluate --preset`: sets the options of a published method, and trains and
// tests it as its paper does (learn/relabelling.h), on the flows within its
// limits.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"
#include "learn/preset.h"
#include "report/evaluation.h"

namespace flowtell {

struct PresetArguments {
  void define(CLI::App& command);
  // Sets the command's options to the preset's values. Null without --preset;
  // fails if an option given contradicts the preset.
  Result<const Preset*> apply() const;

 private:
  CLI::App* command_ = nullptr;
  std::string name_;
};

struct PresetWork {
  const Preset& preset;
  const Dataset& training;
  const Dataset* tested = nullptr;  // null: cross-validated
  CrossValidationOptions options;
  // From the command line; `folds` is set here.
  EvaluationSetting& setting;
};

// Fails if no flow is within the preset's limits, or all are in one fold.
Result<Evaluation> evaluate_by_preset(const PresetWork& work);

}  // namespace flowtell
