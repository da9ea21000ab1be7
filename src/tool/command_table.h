// SPDX-License-Identifier: Apache-2.0
//
// The commands and their options as plain data, taken from the definitions
// that the command line itself is read by: what manual pages and completions
// are made of, so that they say what --help says.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace flowtell {

// What a shell can offer for a value.
enum class ValueKind { kNone, kChoice, kFile, kFolder, kInterface, kOther };

struct OptionInfo {
  std::vector<std::string> names;  // "-o", "--output"; none if positional
  std::string value;               // "FILE", "CAPTURE..."; "" of a flag
  ValueKind kind = ValueKind::kNone;
  std::vector<std::string> choices;
  std::string range;  // "1 to 1024"
  std::string usual;  // what holds where it is not given
  std::string meaning;
  std::vector<std::string> excludes;  // the names of other options
  std::vector<std::string> needs;
  bool is_required = false;
};

struct CommandInfo {
  std::string words;    // "flowtell gateway up"
  std::string name;     // the last of them
  std::string summary;  // one line
  std::string remarks;  // what stands below the options in --help
  std::vector<OptionInfo> positionals;
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> below;
};

// `above`: the words of the commands it belongs to, "" for the program.
// Commands that --help does not list are left out.
CommandInfo describe_command(const CLI::App& command, const std::string& above);

}  // namespace flowtell
