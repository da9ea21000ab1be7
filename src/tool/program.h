// SPDX-License-Identifier: Apache-2.0
//
// The program: a table of commands, and the command line that selects one.
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

  // Parses a command line that begins with the program's name. Returns an exit
  // code if there is nothing to run: help or a usage error was printed.
  std::optional<ExitCode> parse(int count, const char* const* arguments);

  // Runs the selected command. REQUIRES: `parse` returned no exit code.
  ExitCode run();

 private:
  ExitCode explain_usage(const CLI::ParseError& error) const;

  CLI::App cli_;
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands_;
};

}  // namespace flowtell
