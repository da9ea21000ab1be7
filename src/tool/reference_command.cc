// SPDX-License-Identifier: Apache-2.0
#include "report/reference_pages.h"
#include "tool/command.h"
#include "tool/console.h"

namespace flowtell {
namespace {

// For the documentation's own use: prints what follows from tables in the code.
class ReferenceCommand : public Command {
 public:
  explicit ReferenceCommand(CLI::App& program) : program_(program) {
    CLI::App& command = *program.add_subcommand(
        "reference", "Print a generated part of the documentation");
    command.group("");  // not listed: for docs/generate.sh
    command.add_option("page", page_)
        ->check(CLI::IsMember(
            {"commands", "features", "findings", "ledger", "presets"}))
        ->required();
  }

  Result<ExitCode> run() override {
    auto told = write_output("", page_text());
    if (!told) return fail(std::move(told).error());
    return ExitCode::kDone;
  }

 private:
  std::string page_text() const {
    if (page_ == "features") return features_page();
    if (page_ == "findings") return findings_page();
    if (page_ == "ledger") return ledger_page();
    if (page_ == "presets") return presets_page();
    std::string page;
    for (const CLI::App* command : program_.get_subcommands({})) {
      if (!command->get_group().empty()) page += section(*command, "flowtell");
    }
    return page;
  }

  // A command's help, then that of the commands below it.
  static std::string section(const CLI::App& command,
                             const std::string& above) {
    const std::string name = above + ' ' + command.get_name();
    std::string text =
        fmt::format("## {}\n\n```text\n{}```\n\n", name, command.help(above));
    for (const CLI::App* below : command.get_subcommands({})) {
      text += section(*below, name);
    }
    return text;
  }

  const CLI::App& program_;
  std::string page_;
};

}  // namespace

std::unique_ptr<Command> make_reference_command(CLI::App& program) {
  return std::make_unique<ReferenceCommand>(program);
}

}  // namespace flowtell
