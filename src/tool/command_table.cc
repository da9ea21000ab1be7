// SPDX-License-Identifier: Apache-2.0
#include "tool/command_table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace flowtell {
namespace {

// The kind of a value, by its placeholder in --help.
constexpr std::array<std::pair<std::string_view, ValueKind>, 9> kKinds = {{
    {"FILE", ValueKind::kFile},
    {"MODEL", ValueKind::kFile},
    {"CAPTURE", ValueKind::kFile},
    {"CAPTURE...", ValueKind::kFile},
    {"CAPTURES", ValueKind::kFile},
    {"FOLDER", ValueKind::kFolder},
    {"IF", ValueKind::kInterface},
    {"IFACE", ValueKind::kInterface},
    {"", ValueKind::kNone},
}};

ValueKind kind_of(const OptionInfo& option) {
  if (!option.choices.empty()) return ValueKind::kChoice;
  const auto* found = std::ranges::find(
      kKinds, option.value, &std::pair<std::string_view, ValueKind>::first);
  return found == kKinds.end() ? ValueKind::kOther : found->second;
}

// Parses CLI11's description of a value: "NAME", "NAME:{one,other}" or
// "NAME:UINT in [1 - 9]".
void read_type(std::string_view type, OptionInfo& option) {
  const std::size_t colon = type.find(':');
  option.value = type.substr(0, colon);
  if (colon == std::string_view::npos) return;
  const std::string_view checks = type.substr(colon + 1);
  const std::size_t from = checks.find_first_of("{[");
  const std::size_t to = checks.find_last_of("}]");
  if (from == std::string_view::npos || to == std::string_view::npos) return;
  const std::string_view inner = checks.substr(from + 1, to - from - 1);
  if (checks[from] == '{') {
    for (const auto choice : split(inner, ',')) {
      option.choices.emplace_back(choice);
    }
    return;
  }
  const std::size_t dash = inner.find(" - ");
  option.range = inner.substr(0, dash);
  option.range += " to ";
  option.range += inner.substr(dash + 3);
}

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) {
    names.push_back('-' + name);
  }
  for (const std::string& name : option.get_lnames()) {
    names.push_back("--" + name);
  }
  return names;
}

// In the order of definition, since a set of pointers has no stable order.
// Positional arguments have no such name.
std::vector<std::string> names_among(const CLI::App& command,
                                     const std::set<CLI::Option*>& wanted) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options({})) {
    const bool is_wanted = std::ranges::any_of(
        wanted, [&](const CLI::Option* one) { return one == option; });
    if (is_wanted && option->nonpositional())
      names.push_back(names_of(*option).back());
  }
  return names;
}

OptionInfo describe_option(const CLI::App& command, const CLI::Option& option) {
  OptionInfo info;
  info.names = names_of(option);
  if (option.get_type_size() != 0) read_type(option.get_type_name(), info);
  if (!option.nonpositional()) {
    info.value = option.get_name(true);
    if (option.get_items_expected_max() > 1) info.value += "...";
  }
  info.kind = kind_of(info);
  info.default_value = option.get_default_str();
  info.meaning = option.get_description();
  info.excludes = names_among(command, option.get_excludes());
  info.needs = names_among(command, option.get_needs());
  info.is_required = option.get_required();
  return info;
}

}  // namespace

CommandInfo describe_command(const CLI::App& command,
                             const std::string& parent) {
  CommandInfo info;
  info.name = command.get_name();
  info.full_name = parent.empty() ? info.name : parent + ' ' + info.name;
  info.summary = command.get_description();
  info.footer = command.get_footer();
  for (const CLI::Option* option : command.get_options({})) {
    auto& list = option->nonpositional() ? info.options : info.positionals;
    list.push_back(describe_option(command, *option));
  }
  for (const CLI::App* subcommand : command.get_subcommands({})) {
    if (subcommand->get_group().empty()) continue;
    info.subcommands.push_back(describe_command(*subcommand, info.full_name));
  }
  return info;
}

}  // namespace flowtell
