// SPDX-License-Identifier: Apache-2.0
#include "tool/program.h"

#include <array>
#include <memory>
#include <sstream>

#include "model/model.h"
#include "tool/command_guess.h"
#include "tool/console.h"

namespace flowtell {
namespace {

constexpr std::array kCommands = {
    make_flows_command,     make_audit_command,    make_train_command,
    make_evaluate_command,  make_classify_command, make_adapt_command,
    make_gateway_command,   make_record_command,   make_capture_command,
    make_watch_command,     make_explain_command,  make_model_command,
    make_reference_command,
};

// Writes default values alike for all releases of CLI11: 2.3 writes "=VALUE",
// 2.4 " [VALUE] ".
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text = CLI::Formatter::make_option_opts(option);
    const std::string value = option->get_default_str();
    const std::string bracketed = " [" + value + "] ";
    const std::size_t at = text.find(bracketed);
    if (!value.empty() && at != text.npos) {
      text.replace(at, bracketed.size(), '=' + value);
    }
    return text;
  }
};

}  // namespace

Program::Program()
    : cli_(
          "flowtell names the app behind encrypted traffic, by how its flows "
          "look.",
          "flowtell") {
  cli_.set_version_flag("--version", "flowtell " + program_version());
  cli_.require_subcommand(1);
  cli_.formatter(std::make_shared<HelpFormatter>());  // inherited by commands
  cli_.footer(
      "Start here:\n"
      "  flowtell train captures/ -o apps.model     captures/APP/*.pcap\n"
      "  flowtell classify apps.model other.pcap\n"
      "  flowtell COMMAND --help                    options and examples");
  for (const MakeCommand make : kCommands) {
    auto command = make(cli_);
    commands_.emplace_back(cli_.get_subcommands({}).back(), std::move(command));
  }
}

std::optional<ExitCode> Program::parse(int count,
                                       const char* const* arguments) {
  try {
    cli_.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const bool is_help =
        error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    if (!is_help) return explain_usage(error);
    std::ostringstream help;
    std::ostringstream errors;
    cli_.exit(error, help, errors);
    const auto written = write_output("", help.str());
    return written ? ExitCode::kDone : print_error(written.error());
  }
  return std::nullopt;
}

ExitCode Program::run() {
  for (const auto& [cli, command] : commands_) {
    if (!cli->parsed()) continue;
    if (const auto misplaced = find_misplaced(*cli)) {
      return print_error(*misplaced);
    }
    auto code = command->run();
    return code ? *code : print_error(code.error());
  }
  return ExitCode::kUsage;
}

// Prints a usage error with a pointer to --help.
ExitCode Program::explain_usage(const CLI::ParseError& error) const {
  std::string name = "flowtell";
  const CLI::App* innermost = &cli_;
  while (!innermost->get_subcommands().empty()) {
    innermost = innermost->get_subcommands().front();
    name += ' ' + innermost->get_name();
  }
  std::string problem = error.what();
  const auto unexpected = innermost->remaining();
  if (!unexpected.empty()) {
    problem = unexpected_word_text(*innermost, unexpected.front());
  }
  return print_error(
      {ErrorKind::kUsage, fmt::format("{}; see '{} --help'", problem, name)});
}

}  // namespace flowtell
