// SPDX-License-Identifier: Apache-2.0
//
// A command of the program: its options, defined on a CLI11 sub-command, and
// its action. One file per command.
//
// --help, docs/commands.md, manual pages and completions are generated from the
// definitions.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "base/result.h"
#include "tool/exit_code.h"

namespace flowtell {

class Command {
 public:
  virtual ~Command() = default;
  // Runs the command after its options are parsed. The caller prints a failure.
  virtual Result<ExitCode> run() = 0;
};

// Adds a sub-command to `program` and returns the command, which owns the
// values of its options.
using MakeCommand = std::unique_ptr<Command> (*)(CLI::App& program);

std::unique_ptr<Command> make_flows_command(CLI::App& program);
std::unique_ptr<Command> make_train_command(CLI::App& program);
std::unique_ptr<Command> make_adapt_command(CLI::App& program);
std::unique_ptr<Command> make_evaluate_command(CLI::App& program);
std::unique_ptr<Command> make_classify_command(CLI::App& program);
std::unique_ptr<Command> make_capture_command(CLI::App& program);
std::unique_ptr<Command> make_record_command(CLI::App& program);
std::unique_ptr<Command> make_watch_command(CLI::App& program);
std::unique_ptr<Command> make_audit_command(CLI::App& program);
std::unique_ptr<Command> make_explain_command(CLI::App& program);
std::unique_ptr<Command> make_model_command(CLI::App& program);
std::unique_ptr<Command> make_gateway_command(CLI::App& program);
std::unique_ptr<Command> make_reference_command(CLI::App& program);

}  // namespace flowtell
