// SPDX-License-Identifier: Apache-2.0
#include "tool/command_guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "capture/capture_file.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

// The optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> two_up(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool is_swap =
          i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], two_up[j - 2] + 1);
    }
    two_up = std::exchange(above, row);
  }
  return above[b.size()];
}

std::vector<std::string> commands_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* one : command.get_subcommands({})) {
    if (!one->get_group().empty()) names.push_back(one->get_name());
  }
  return names;
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options({})) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

bool is_regular(const std::string& path) {
  std::error_code problem;
  return fs::is_regular_file(path, problem);
}

bool is_capture(const std::string& path) {
  return is_regular(path) && looks_like_capture(path).value_or(false);
}

bool is_model(const std::string& path) {
  constexpr std::string_view kMagic = "flowtell";
  if (!is_regular(path)) return false;
  const auto file = open_for_reading(path);
  std::array<std::uint8_t, kMagic.size()> front{};
  return file && read_some(file->get(), front).value_or(0) == front.size() &&
         std::ranges::equal(front, kMagic);
}

bool is_capture_or_folder(const std::string& path) {
  std::error_code problem;
  return is_capture(path) || fs::is_directory(path, problem);
}

// The values of the positional arguments that captures are given for.
std::vector<std::string> captures_given(const CLI::App& command) {
  std::vector<std::string> values;
  for (const CLI::Option* option : command.get_options({})) {
    const std::string name = option->get_name(true);
    if (name != "CAPTURE" && name != "CAPTURES") continue;
    const auto results = option->results();
    values.insert(values.end(), results.begin(), results.end());
  }
  return values;
}

std::string model_given(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options({})) {
    if (option->get_name(true) != "MODEL" || option->nonpositional()) continue;
    return option->count() > 0 ? option->results().front() : "";
  }
  return "";
}

}  // namespace

std::optional<std::string> nearest_word(
    const std::string& word, const std::vector<std::string>& candidates) {
  std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  std::optional<std::string> nearest;
  for (const std::string& candidate : candidates) {
    const std::size_t away = distance(word, candidate);
    if (away >= least) continue;
    least = away;
    nearest = candidate;
  }
  return nearest;
}

std::string unexpected_word_text(const CLI::App& command,
                                 const std::string& word) {
  const auto commands = commands_of(command);
  const bool is_command = !commands.empty() && !word.starts_with('-');
  const std::string shown = plain_text(word);
  std::string text = is_command
                         ? fmt::format("unknown command '{}'", shown)
                         : fmt::format("unexpected argument '{}'", shown);
  if (is_command && is_capture_or_folder(word)) {
    return text + fmt::format(" (did you mean 'flowtell flows {}'?)", shown);
  }
  const std::string name = word.substr(0, word.find('='));
  const auto meant =
      nearest_word(name, is_command ? commands : options_of(command));
  if (meant) text += fmt::format(" (did you mean '{}'?)", *meant);
  return text;
}

std::optional<Error> find_misplaced(const CLI::App& command) {
  const std::string model = model_given(command);
  for (const std::string& path : captures_given(command)) {
    if (!is_model(path)) continue;
    if (is_capture_or_folder(model)) {
      return Error{ErrorKind::kUsage,
                   fmt::format("{0} is a model, and {1} holds captures; did "
                               "you mean 'flowtell {2} {0} {1}'?",
                               path, model, command.get_name())};
    }
    return Error{
        ErrorKind::kUsage,
        fmt::format(
            "{0} is a model, not a capture; {1}", path,
            command.get_name() == "evaluate"
                ? "to test it, use 'flowtell evaluate CAPTURES --model " +
                      path + "'"
                : "'flowtell model " + path + "' shows it")};
  }
  return std::nullopt;
}

}  // namespace flowtell
