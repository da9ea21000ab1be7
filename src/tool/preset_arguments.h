// SPDX-License-Identifier: Apache-2.0
//
// --preset: sets the options of a published method.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"
#include "learn/preset.h"

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

}  // namespace flowtell
