// SPDX-License-Identifier: Apache-2.0
//
// --preset: the method of a paper in place of single options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "base/result.h"
#include "learn/preset.h"

namespace flowtell {

struct PresetArguments {
  void define(CLI::App& command);
  // Gives the command's options the preset's values. Null where none was asked
  // for; fails where an option was given that contradicts it.
  Result<const Preset*> apply() const;

 private:
  CLI::App* command_ = nullptr;
  std::string name_;
};

}  // namespace flowtell
