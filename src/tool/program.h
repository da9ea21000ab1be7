// SPDX-License-Identifier: Apache-2.0
//
// The program: one table of commands, and the command line that chooses one.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tool/command.h"
#include "tool/exit_code.h"

namespace flowtell {

class Program {
 public:
  Program();

  // Takes a command line apart, the program's name in front. Gives the exit
  // code where there is nothing to run: help was asked for, or the words make
  // no sense; either is told.
  std::optional<ExitCode> parse(int count, const char* const* arguments);

  // Runs the command that was chosen. REQUIRES: `parse` gave nothing.
  ExitCode run();

 private:
  ExitCode explain_usage(const CLI::ParseError& error) const;

  CLI::App cli_;
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands_;
};

}  // namespace flowtell
