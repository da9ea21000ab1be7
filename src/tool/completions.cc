// SPDX-License-Identifier: Apache-2.0
//
// Each script finds the command selected by the words before the cursor
// ("train", "gateway up"; "" for the program), then offers its sub-commands,
// options and values.
#include "tool/command_table.h"

#include <fmt/format.h>

#include <string_view>

namespace flowtell {
namespace {

constexpr std::string_view kOrigin =
    "# SPDX-License-Identifier: Apache-2.0\n"
    "# Made by 'flowtell reference {}'.\n";

// Every command; sub-commands follow their parent.
std::vector<const CommandInfo*> all_of(const CommandInfo& program) {
  std::vector<const CommandInfo*> commands = {&program};
  for (const CommandInfo& subcommand : program.subcommands) {
    for (const CommandInfo* command : all_of(subcommand)) {
      commands.push_back(command);
    }
  }
  return commands;
}

// The full name of a command without the program's name: "gateway up".
std::string path_of(const CommandInfo& command) {
  const std::size_t space = command.full_name.find(' ');
  return space == std::string::npos ? "" : command.full_name.substr(space + 1);
}

// The parent's path and the command's name as the scripts match them:
// " train", "gateway up".
std::string pattern_of(const CommandInfo& command) {
  const std::string path = path_of(command);
  return path.find(' ') == std::string::npos ? ' ' + path : path;
}

std::vector<std::string> patterns_of(const CommandInfo& program) {
  std::vector<std::string> patterns;
  for (const CommandInfo* command : all_of(program)) {
    if (command != &program) {
      patterns.push_back(fmt::format("'{}'", pattern_of(*command)));
    }
  }
  return patterns;
}

std::string quoted_text(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + '\'';
}

std::string subcommand_names(const CommandInfo& command) {
  std::vector<std::string> words;
  for (const CommandInfo& subcommand : command.subcommands)
    words.push_back(subcommand.name);
  return fmt::format("{}", fmt::join(words, " "));
}

std::string option_names(const CommandInfo& command) {
  std::vector<std::string> words;
  for (const OptionInfo& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string bash_values(const OptionInfo& option) {
  switch (option.kind) {
    case ValueKind::kChoice:
      return fmt::format("words='{}'", fmt::join(option.choices, " "));
    case ValueKind::kFile:
      return "kind='file'";
    case ValueKind::kFolder:
      return "kind='directory'";
    case ValueKind::kInterface:
      return "words=$(cd /sys/class/net && echo *)";
    case ValueKind::kNone:
    case ValueKind::kOther:
      break;
  }
  return "kind='none'";
}

// The cases for words after an option with a value.
std::string bash_cases(const CommandInfo& command) {
  std::string text;
  for (const OptionInfo& option : command.options) {
    if (option.kind == ValueKind::kNone) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) {
      patterns.push_back(fmt::format("'{} {}'", path_of(command), name));
    }
    text += fmt::format("    {}) {} ;;\n", fmt::join(patterns, " | "),
                        bash_values(option));
  }
  return text;
}

// The case for all other words of the command.
std::string bash_rest(const CommandInfo& command) {
  const std::string words = subcommand_names(command);
  const std::string fallback =
      !words.empty()
          ? fmt::format("words='{}'", words)
          : (command.positionals.empty() ? "kind='none'" : "kind='file'");
  return fmt::format(
      "      '{}') if [[ $current == -* ]]; then words='{}'; else {}; fi ;;\n",
      path_of(command), option_names(command), fallback);
}

// A value in the syntax of zsh's _arguments: ":NAME:action".
std::string zsh_value(const OptionInfo& option) {
  const auto value = [&](std::string_view offer) {
    return fmt::format(":{}:{}", option.value, offer);
  };
  switch (option.kind) {
    case ValueKind::kNone:
      return "";
    case ValueKind::kChoice:
      return value(fmt::format("({})", fmt::join(option.choices, " ")));
    case ValueKind::kFile:
      return value("_files");
    case ValueKind::kFolder:
      return value("_files -/");
    case ValueKind::kInterface:
      return value("_net_interfaces");
    case ValueKind::kOther:
      break;
  }
  return value(" ");
}

std::string zsh_meaning(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// "(-o --output)-o[meaning]:FILE:_files": its names exclude each other.
std::string zsh_option(const OptionInfo& option) {
  std::string text;
  for (const std::string& name : option.names) {
    const std::string equals =
        option.kind != ValueKind::kNone && name.starts_with("--") ? "=" : "";
    const std::string spec =
        fmt::format("({}){}{}[{}]{}", fmt::join(option.names, " "), name,
                    equals, zsh_meaning(option.meaning), zsh_value(option));
    text += fmt::format("    {} \\\n", quoted_text(spec));
  }
  return text;
}

std::string zsh_name(const CommandInfo& command) {
  std::string name = "_" + command.full_name;
  for (char& c : name) {
    if (c == ' ') c = '_';
  }
  return name;
}

std::string zsh_positionals(const CommandInfo& command) {
  std::string text;
  for (const OptionInfo& option : command.positionals) {
    const bool is_many = option.value.ends_with("...");
    text += fmt::format("    '{}:{}:_files' \\\n", is_many ? "*" : "",
                        option.value);
  }
  return text;
}

std::string zsh_subcommands(const CommandInfo& command) {
  std::string names;
  std::string cases;
  for (const CommandInfo& subcommand : command.subcommands) {
    names += fmt::format(
        "        {}\n",
        quoted_text(subcommand.name + ':' + zsh_meaning(subcommand.summary)));
    cases += fmt::format("        {}) {} && answer=0 ;;\n", subcommand.name,
                         zsh_name(subcommand));
  }
  return fmt::format(
      "  case $state in\n"
      "    command)\n"
      "      local -a commands=(\n{}      )\n"
      "      _describe command commands && answer=0\n"
      "      ;;\n"
      "    rest)\n"
      "      case $words[1] in\n{}      esac\n"
      "      ;;\n"
      "  esac\n",
      names, cases);
}

std::string zsh_function(const CommandInfo& command) {
  std::string text = zsh_name(command) + "() {\n  local answer=1\n";
  const bool has_subcommands = !command.subcommands.empty();
  if (has_subcommands) {
    text +=
        "  local curcontext=\"$curcontext\" state line\n"
        "  typeset -A opt_args\n";
  }
  text += has_subcommands ? "  _arguments -C \\\n" : "  _arguments \\\n";
  for (const OptionInfo& option : command.options) text += zsh_option(option);
  text += zsh_positionals(command);
  if (has_subcommands) text += "    '1: :->command' '*:: :->rest' \\\n";
  text += "    && answer=0\n";
  if (has_subcommands) text += zsh_subcommands(command);
  text += "  return answer\n";
  return text + "}\n\n";
}

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '\'';
}

std::string fish_option(const std::string& condition,
                        const OptionInfo& option) {
  std::string text = fmt::format("complete -c flowtell -n {}", condition);
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    text += is_long ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (option.kind) {
    case ValueKind::kNone:
      break;
    case ValueKind::kChoice:
      text += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      break;
    case ValueKind::kFile:
      text += " -r -F";
      break;
    case ValueKind::kFolder:
      text += " -x -a '(__fish_complete_directories)'";
      break;
    case ValueKind::kInterface:
      text += " -x -a '(cd /sys/class/net; and string join \\n *)'";
      break;
    case ValueKind::kOther:
      text += " -x";
      break;
  }
  return text + fmt::format(" -d {}\n", fish_quoted(option.meaning));
}

std::string fish_command(const CommandInfo& command) {
  const std::string path = path_of(command);
  const std::string condition = path.empty()
                                    ? "'__flowtell_at'"
                                    : fmt::format("'__flowtell_at {}'", path);
  std::string text;
  if (command.positionals.empty()) {
    text += fmt::format("complete -c flowtell -n {} -f\n", condition);
  }
  for (const CommandInfo& subcommand : command.subcommands) {
    text +=
        fmt::format("complete -c flowtell -n {} -f -a {} -d {}\n", condition,
                    subcommand.name, fish_quoted(subcommand.summary));
  }
  for (const OptionInfo& option : command.options) {
    text += fish_option(condition, option);
  }
  return text + '\n';
}

}  // namespace

std::string bash_completion(const CommandInfo& program) {
  std::string values;
  std::string rest;
  for (const CommandInfo* command : all_of(program)) {
    values += bash_cases(*command);
    rest += bash_rest(*command);
  }
  return fmt::format(kOrigin, "bash") +
         fmt::format(
             R"(# shellcheck shell=bash
_flowtell() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local command='' word words='' kind=''
  # bash treats '=' as a separate word: --format=csv
  if [[ $before == '=' ]]; then before=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  if [[ $current == '=' ]]; then current=''; fi
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$command $word" in
      {})
        command=${{command:+$command }}$word ;;
    esac
  done
  case "$command $before" in
{}    *) case $command in
{}    esac ;;
  esac
  case $kind in
    none) COMPREPLY=() ;;
    file | directory)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -A "$kind" -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}}
complete -F _flowtell flowtell
)",
             fmt::join(patterns_of(program), " | "), values, rest);
}

std::string zsh_completion(const CommandInfo& program) {
  std::string text = "#compdef flowtell\n" + fmt::format(kOrigin, "zsh") + '\n';
  for (const CommandInfo* command : all_of(program)) {
    text += zsh_function(*command);
  }
  return text + "_flowtell \"$@\"\n";
}

std::string fish_completion(const CommandInfo& program) {
  std::string text =
      fmt::format(kOrigin, "fish") + fmt::format(
                                         R"(
# Whether the words before the cursor select this command.
function __flowtell_at
    set -l command ''
    for word in (commandline -opc)[2..-1]
        switch "$command $word"
            case {}
                set command (string trim -- "$command $word")
        end
    end
    test "$command" = "$argv"
end

)",
                                         fmt::join(patterns_of(program), " "));
  for (const CommandInfo* command : all_of(program)) {
    text += fish_command(*command);
  }
  return text;
}

}  // namespace flowtell
