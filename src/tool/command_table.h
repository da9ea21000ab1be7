// SPDX-License-Identifier: Apache-2.0
//
// The commands and their options as plain data, read from the CLI11
// definitions. Manual pages and completions are generated from it, so they
// agree with --help.
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

}  // namespace flowtell
