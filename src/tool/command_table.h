// SPDX-License-Identifier: Apache-2.0
//
// The commands and their options as plain data, read from the CLI11
// definitions, and what is generated from it: manual pages and completions, so
// that they agree with --help.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace flowtell {

// What a shell completes for a value.
enum class ValueKind { kNone, kChoice, kFile, kFolder, kInterface, kOther };

struct OptionInfo {
  std::vector<std::string> names;  // "-o", "--output"; none if positional
  std::string value;               // "FILE", "CAPTURE..."; "" for a flag
  ValueKind kind = ValueKind::kNone;
  std::vector<std::string> choices;
  std::string range;  // "1 to 1024"
  std::string default_value;
  std::string meaning;
  std::vector<std::string> excludes;  // the names of other options
  std::vector<std::string> needs;
  bool is_required = false;
};

struct CommandInfo {
  std::string full_name;  // "flowtell gateway up"
  std::string name;       // "up"
  std::string summary;    // one line
  std::string footer;     // the text below the options in --help
  std::vector<OptionInfo> positionals;
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> subcommands;
};

// `parent` is the full name of the parent command, "" for the program. Commands
// hidden from --help are left out.
CommandInfo describe_command(const CLI::App& command,
                             const std::string& parent);

// Shell completion scripts: commands, options, and values known in advance.
std::string bash_completion(const CommandInfo& program);
std::string zsh_completion(const CommandInfo& program);
std::string fish_completion(const CommandInfo& program);

// A manual page in man(7) format: one for the program and one per command. A
// sub-command is described in its parent's page.
struct ManualPage {
  std::string name;  // "flowtell-train.1"
  std::string text;
};

// `version` as in "flowtell 1.0"; `date` is the release date.
std::vector<ManualPage> manual_pages(const CommandInfo& program,
                                     const std::string& version,
                                     const std::string& date);

}  // namespace flowtell
