// SPDX-License-Identifier: Apache-2.0
//
// The program: one table of commands.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <exception>

#include "model/model.h"
#include "tool/command.h"
#include "tool/console.h"

namespace flowtell {
namespace {

constexpr std::array kCommands = {
    make_flows_command,    make_audit_command,     make_train_command,
    make_evaluate_command, make_classify_command,  make_gateway_command,
    make_capture_command,  make_watch_command,     make_explain_command,
    make_model_command,    make_reference_command,
};

// A wrong command line gets its sentence and the way to the help.
ExitCode explain_usage(const CLI::App& program, const CLI::ParseError& error) {
  std::string name = "flowtell";
  const CLI::App* innermost = &program;
  while (!innermost->get_subcommands().empty()) {
    innermost = innermost->get_subcommands().front();
    name += ' ' + innermost->get_name();
  }
  std::string problem = error.what();
  const auto unknown = innermost->remaining();
  if (!innermost->get_subcommands({}).empty() && !unknown.empty()) {
    problem = fmt::format("there is no command '{}'", unknown.front());
  }
  return complain(
      {ErrorKind::kUsage, fmt::format("{}; see '{} --help'", problem, name)});
}

ExitCode run(int count, char** arguments) {
  CLI::App program(
      "flowtell names the app behind encrypted traffic, by how its flows "
      "look.",
      "flowtell");
  program.set_version_flag("--version", "flowtell " + program_version());
  program.require_subcommand(1);
  program.footer(
      "Start here:\n"
      "  flowtell train captures/ -o apps.model     captures/APP/*.pcap\n"
      "  flowtell classify apps.model other.pcap\n"
      "  flowtell COMMAND --help                    options and examples");
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands;
  for (const MakeCommand make : kCommands) {
    auto command = make(program);
    commands.emplace_back(program.get_subcommands({}).back(),
                          std::move(command));
  }
  try {
    program.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_it =
        error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    if (!asked_for_it) return explain_usage(program, error);
    program.exit(error);
    return ExitCode::kDone;
  }
  for (const auto& [cli, command] : commands) {
    if (!cli->parsed()) continue;
    auto code = command->run();
    return code ? *code : complain(code.error());
  }
  return ExitCode::kUsage;
}

}  // namespace
}  // namespace flowtell

// Nothing of ours throws; what is left is want of memory.
int main(int count, char** arguments) try {
  return static_cast<int>(flowtell::run(count, arguments));
} catch (const std::exception& error) {
  static_cast<void>(
      std::fprintf(stderr, "flowtell: cannot go on: %s\n", error.what()));
  return static_cast<int>(flowtell::ExitCode::kFailed);
}
