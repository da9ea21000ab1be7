// SPDX-License-Identifier: Apache-2.0
#include "report/reference_pages.h"

#include <array>
#include <string_view>

#include "model/model.h"
#include "tool/command.h"
#include "tool/command_table.h"
#include "tool/console.h"

namespace flowtell {
namespace {

// The help of a command, followed by that of its sub-commands.
std::string help_section(const CLI::App& command, const std::string& parent) {
  const std::string name = parent + ' ' + command.get_name();
  std::string text =
      fmt::format("## {}\n\n```text\n{}```\n\n", name, command.help(parent));
  for (const CLI::App* subcommand : command.get_subcommands({})) {
    text += help_section(*subcommand, name);
  }
  return text;
}

std::string commands_page(const CLI::App& program) {
  std::string page;
  for (const CLI::App* command : program.get_subcommands({})) {
    if (!command->get_group().empty()) {
      page += help_section(*command, "flowtell");
    }
  }
  return page;
}

struct Page {
  std::string_view name;
  std::string (*text)(const CLI::App& program);
};

constexpr std::array<Page, 13> kPages = {{
    {"bash",
     [](const CLI::App& program) {
       return bash_completion(describe_command(program, ""));
     }},
    {"commands", commands_page},
    {"ethernet", [](const CLI::App&) { return ethernet_page(); }},
    {"features", [](const CLI::App&) { return features_page(); }},
    {"findings", [](const CLI::App&) { return findings_page(); }},
    {"fish",
     [](const CLI::App& program) {
       return fish_completion(describe_command(program, ""));
     }},
    {"ledger", [](const CLI::App&) { return ledger_page(); }},
    {"links", [](const CLI::App&) { return links_page(); }},
    {"metrics", [](const CLI::App&) { return metrics_page(); }},
    {"presets", [](const CLI::App&) { return presets_page(); }},
    {"refused", [](const CLI::App&) { return refused_page(); }},
    {"tunnels", [](const CLI::App&) { return tunnels_page(); }},
    {"zsh",
     [](const CLI::App& program) {
       return zsh_completion(describe_command(program, ""));
     }},
}};
constexpr std::string_view kManual = "man";

std::vector<std::string> page_names() {
  std::vector<std::string> names{std::string(kManual)};
  for (const Page& page : kPages) names.emplace_back(page.name);
  return names;
}

// Prints the parts of docs and packages that are generated from the code.
class ReferenceCommand : public Command {
 public:
  explicit ReferenceCommand(CLI::App& program) : program_(program) {
    CLI::App& command = *program.add_subcommand(
        "reference", "Print a generated part of the documentation");
    command.group("");  // not listed: for docs/generate.sh and packages
    command.add_option("page", page_)
        ->check(CLI::IsMember(page_names()))
        ->required();
    command.add_option("folder", folder_, "Where to write manual pages");
    command.add_option("--date", date_, "The date of manual pages");
  }

  Result<ExitCode> run() override {
    if (page_ == kManual) return write_manual();
    for (const Page& page : kPages) {
      if (page.name != page_) continue;
      auto written = write_output("", page.text(program_));
      if (!written) return fail(std::move(written).error());
    }
    return ExitCode::kDone;
  }

 private:
  // Writes each page to a file of the folder; without a folder, prints all.
  Result<ExitCode> write_manual() const {
    const auto pages = manual_pages(describe_command(program_, ""),
                                    "flowtell " + program_version(), date_);
    std::string all_pages;
    for (const ManualPage& page : pages) {
      if (folder_.empty()) {
        all_pages += page.text;
        continue;
      }
      auto written = write_output(folder_ + '/' + page.name, page.text);
      if (!written) return fail(std::move(written).error());
    }
    auto written = write_output("", all_pages);
    if (!written) return fail(std::move(written).error());
    return ExitCode::kDone;
  }

  const CLI::App& program_;
  std::string page_;
  std::string folder_;
  std::string date_;
};

}  // namespace

std::unique_ptr<Command> make_reference_command(CLI::App& program) {
  return std::make_unique<ReferenceCommand>(program);
}

}  // namespace flowtell
