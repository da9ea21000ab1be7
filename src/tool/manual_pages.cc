// SPDX-License-Identifier: Apache-2.0
#include "tool/command_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/text.h"
#include "tool/exit_code.h"

namespace flowtell {
namespace {

// The escape sequence of a character that is special to the typesetter.
std::string_view escape_of(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '\'':
      return "\\(aq";
    case '^':
      return "\\(ha";
    case '~':
      return "\\(ti";
    case '`':
      return "\\(ga";
    default:
      return {};
  }
}

// Literal text: every '-' stays a minus sign.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (const auto escaped = escape_of(c); !escaped.empty()) {
      out += escaped;
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

// Prose: only words that begin with a dash, as options do, are literal.
std::string prose(std::string_view text) {
  std::string out;
  bool is_option = false;
  char before = ' ';
  for (const char c : text) {
    const bool begins = before == ' ' || before == '\'' || before == '(';
    if (begins) is_option = c == '-';
    const char one[] = {c, '\0'};
    out += is_option || c != '-' ? literal(one) : "-";
    before = c;
  }
  return out;
}

std::string bold(std::string_view text) {
  return fmt::format("\\fB{}\\fR", literal(text));
}

// Placeholders.
std::string italic(std::string_view text) {
  return fmt::format("\\fI{}\\fR", literal(text));
}

// The maximum length of a line that can be broken.
constexpr std::size_t kMaxLine = 78;

std::string filled(std::string_view text) {
  std::string out;
  std::size_t length = 0;
  for (const std::string_view word : split(text, ' ')) {
    if (length > 0) {
      const bool fits = length + 1 + word.size() <= kMaxLine;
      out += fits ? ' ' : '\n';
      length = fits ? length + 1 : 0;
    }
    // A line that begins with a dot is a command of the typesetter.
    if (length == 0 && word.starts_with('.')) out += "\\&";
    out += word;
    length += word.size();
  }
  return out;
}

std::string sentence(std::string_view text) {
  std::string out = filled(prose(text));
  if (!out.empty() && !out.ends_with('.') && !out.ends_with('?')) out += '.';
  return out;
}

std::string synopsis(const CommandInfo& command) {
  std::string line = bold(command.full_name);
  for (const OptionInfo& option : command.options) {
    if (!option.is_required) continue;
    line +=
        fmt::format(" {} {}", bold(option.names.front()), italic(option.value));
  }
  line += fmt::format(" [{}]", italic("OPTION..."));
  for (const OptionInfo& positional : command.positionals) {
    const std::string word = italic(positional.value);
    line += positional.is_required ? ' ' + word : fmt::format(" [{}]", word);
  }
  if (!command.subcommands.empty()) line += ' ' + italic("COMMAND");
  return line + "\n";
}

std::string heading_of(const OptionInfo& option) {
  if (option.names.empty()) return italic(option.value);
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  if (!option.value.empty()) text += ' ' + italic(option.value);
  return text;
}

std::string option_text(const OptionInfo& option) {
  std::string text = fmt::format(".TP\n{}\n{}\n", heading_of(option),
                                 sentence(option.meaning));
  if (!option.choices.empty()) {
    std::vector<std::string> choices;
    for (const std::string& choice : option.choices) {
      choices.push_back(bold(choice));
    }
    text += fmt::format("{} is one of {}.\n", italic(option.value),
                        listed(choices));
  }
  if (!option.range.empty()) {
    text +=
        fmt::format("{} is {}.\n", italic(option.value), prose(option.range));
  }
  if (!option.default_value.empty()) {
    text += fmt::format("Without it: {}.\n", bold(option.default_value));
  }
  for (const std::string& other : option.needs) {
    text += fmt::format("Only with {}.\n", bold(other));
  }
  for (const std::string& other : option.excludes) {
    text += fmt::format("Not with {}.\n", bold(other));
  }
  if (option.is_required && !option.names.empty()) text += "Required.\n";
  return text;
}

std::string options_text(const CommandInfo& command) {
  std::string text;
  for (const OptionInfo& option : command.positionals) {
    text += option_text(option);
  }
  for (const OptionInfo& option : command.options) text += option_text(option);
  return text;
}

// Preformatted lines, as in --help.
std::string preformatted(std::string_view lines) {
  std::string text = ".nf\n";
  for (const std::string_view line : split(lines, '\n')) {
    const std::string_view inner =
        line.starts_with("  ") ? line.substr(2) : line;
    text += line.empty() ? ".sp\n" : "\\&" + literal(inner) + '\n';
  }
  return text + ".fi\n";
}

bool is_examples(std::string_view paragraph) {
  for (const auto* head : {"Example:\n", "Examples:\n", "Start here:\n"}) {
    if (paragraph.starts_with(head)) return true;
  }
  return false;
}

struct FooterParts {
  std::string description;
  std::string examples;
};

FooterParts parts_of(std::string_view footer) {
  FooterParts parts;
  while (!footer.empty()) {
    const std::size_t end = footer.find("\n\n");
    const std::string_view paragraph = footer.substr(0, end);
    if (is_examples(paragraph)) {
      parts.examples = preformatted(footer.substr(footer.find('\n') + 1));
      break;
    }
    if (!parts.description.empty()) parts.description += ".PP\n";
    std::string text(paragraph);
    std::ranges::replace(text, '\n', ' ');
    parts.description += filled(prose(text)) + '\n';
    if (end == std::string_view::npos) break;
    footer.remove_prefix(end + 2);
  }
  return parts;
}

std::string title(std::string_view name, const std::string& version,
                  const std::string& date) {
  std::string upper;
  for (const char c : name) {
    upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return fmt::format(
      ".\\\" Made by 'flowtell reference man'.\n"
      ".TH {} 1 \"{}\" \"{}\" \"User Commands\"\n",
      literal(upper), date, version);
}

std::string exit_status() {
  std::string text = ".SH EXIT STATUS\n";
  for (const ExitCodeInfo& info : kExitCodes) {
    text += fmt::format(".TP\n{}\n{}\n", bold(std::to_string(int(info.code))),
                        sentence(info.meaning));
  }
  return text;
}

std::string page_name(const CommandInfo& command) {
  return "flowtell-" + command.name;
}

// A reference to another page.
std::string reference(std::string_view page) {
  return fmt::format(".BR {} (1)", literal(page));
}

// The section of a sub-command in its parent's page.
std::string subcommand_section(const CommandInfo& command) {
  const FooterParts footer = parts_of(command.footer);
  std::string text =
      fmt::format(".SH {}\n{}\n.PP\n{}", literal(command.full_name),
                  sentence(command.summary), synopsis(command));
  if (!footer.description.empty()) text += ".PP\n" + footer.description;
  text += options_text(command);
  if (!footer.examples.empty()) text += ".PP\n" + footer.examples;
  return text;
}

std::string command_page(const CommandInfo& command, const std::string& version,
                         const std::string& date) {
  const std::string name = page_name(command);
  const FooterParts footer = parts_of(command.footer);
  std::string text = title(name, version, date);
  text += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}", literal(name),
                      prose(command.summary), synopsis(command));
  text += ".SH DESCRIPTION\n" + sentence(command.summary) + '\n';
  if (!footer.description.empty()) text += ".PP\n" + footer.description;
  text += ".SH OPTIONS\n" + options_text(command);
  for (const CommandInfo& subcommand : command.subcommands)
    text += subcommand_section(subcommand);
  if (!footer.examples.empty()) text += ".SH EXAMPLES\n" + footer.examples;
  text += exit_status();
  return text + ".SH SEE ALSO\n" + reference("flowtell") + '\n';
}

std::string program_page(const CommandInfo& program, const std::string& version,
                         const std::string& date) {
  const FooterParts footer = parts_of(program.footer);
  std::string text = title(program.name, version, date);
  text += fmt::format(
      ".SH NAME\nflowtell \\- name the app behind encrypted traffic\n"
      ".SH SYNOPSIS\n{} {} [{}]\n.br\n{} {} | {}\n.SH DESCRIPTION\n{}\n",
      bold("flowtell"), italic("COMMAND"), italic("OPTION..."),
      bold("flowtell"), bold("--help"), bold("--version"),
      sentence(program.summary));
  text += ".SH COMMANDS\n";
  for (const CommandInfo& command : program.subcommands) {
    text += fmt::format(".TP\n{}\n{}\n", reference(page_name(command)),
                        sentence(command.summary));
  }
  text += ".SH OPTIONS\n" + options_text(program);
  text += ".SH EXAMPLES\n" + footer.examples + exit_status();
  text += ".SH SEE ALSO\n";
  for (const CommandInfo& command : program.subcommands) {
    const bool is_last = &command == &program.subcommands.back();
    text += reference(page_name(command)) + (is_last ? "\n" : " ,\n");
  }
  return text;
}

}  // namespace

std::vector<ManualPage> manual_pages(const CommandInfo& program,
                                     const std::string& version,
                                     const std::string& date) {
  std::vector<ManualPage> pages = {
      {"flowtell.1", program_page(program, version, date)}};
  for (const CommandInfo& command : program.subcommands) {
    pages.push_back(
        {page_name(command) + ".1", command_page(command, version, date)});
  }
  return pages;
}

}  // namespace flowtell
