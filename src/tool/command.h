// SPDX-License-Identifier: Apache-2.0
//
// A command of the program: its options, defined on a CLI11 sub-command, and
// what it does with them. One file each.
//
// What is said in a definition is said nowhere else: --help and
// docs/commands.md are made from it.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "base/result.h"
#include "tool/exit_code.h"

namespace flowtell {

class Command {
 public:
  virtual ~Command() = default;
  // Does the work, once the options are parsed. A failure is told by the
  // caller.
  virtual Result<ExitCode> run() = 0;
};

// Adds the command's sub-command to `program` and returns the command, which
// holds the values of its options.
using MakeCommand = std::unique_ptr<Command> (*)(CLI::App& program);

std::unique_ptr<Command> make_flows_command(CLI::App& program);
std::unique_ptr<Command> make_train_command(CLI::App& program);
std::unique_ptr<Command> make_evaluate_command(CLI::App& program);
std::unique_ptr<Command> make_classify_command(CLI::App& program);
std::unique_ptr<Command> make_capture_command(CLI::App& program);
std::unique_ptr<Command> make_watch_command(CLI::App& program);
std::unique_ptr<Command> make_audit_command(CLI::App& program);
std::unique_ptr<Command> make_explain_command(CLI::App& program);
std::unique_ptr<Command> make_model_command(CLI::App& program);
std::unique_ptr<Command> make_gateway_command(CLI::App& program);
std::unique_ptr<Command> make_reference_command(CLI::App& program);

}  // namespace flowtell
