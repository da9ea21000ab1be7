// SPDX-License-Identifier: Apache-2.0
#include "model/manifest.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/sheet_text.h"
#include "base/text.h"
#include "model/app.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

// The date part of a moment, such as 2019-04-03.
std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  const auto parts = split(text, '-');
  if (parts.size() != 3) return std::nullopt;
  const auto year = parse_number<int>(parts[0]);
  const auto month = parse_number<unsigned>(parts[1]);
  const auto day = parse_number<unsigned>(parts[2]);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(*month),
                                         std::chrono::day(*day)};
  // These years fit a Timestamp.
  if (!date.ok() || *year < 1900 || *year > 2100) return std::nullopt;
  return std::chrono::sys_days(date);
}

// Also with a comma as the decimal sign.
std::optional<double> parse_seconds(std::string_view text) {
  std::string number(text);
  const bool has_point = number.find('.') != std::string::npos;
  const std::size_t comma = number.find(',');
  if (!has_point && comma != std::string::npos) number[comma] = '.';
  return parse_number<double>(number);
}

std::optional<Moment> parse_moment(std::string_view text) {
  if (const auto seconds = parse_seconds(text)) {
    constexpr double kMax = 1e9;
    if (!(*seconds >= 0 && *seconds <= kMax)) return std::nullopt;
    return Duration(static_cast<std::int64_t>(*seconds * 1e9));
  }
  const std::size_t t = text.find('T');
  if (t == std::string_view::npos || !text.ends_with('Z')) return std::nullopt;
  const auto date = parse_date(text.substr(0, t));
  const auto clock = split(text.substr(t + 1, text.size() - t - 2), ':');
  if (!date || clock.size() != 3) return std::nullopt;
  const auto hours = parse_number<unsigned>(clock[0]);
  const auto minutes = parse_number<unsigned>(clock[1]);
  const auto seconds = parse_seconds(clock[2]);
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 ||
      !(*seconds >= 0 && *seconds < 61)) {
    return std::nullopt;
  }
  return Timestamp(*date) + std::chrono::hours(*hours) +
         std::chrono::minutes(*minutes) +
         Duration(static_cast<std::int64_t>(*seconds * 1e9));
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// The columns of a manifest by name, in lower case.
using Columns = std::map<std::string, std::size_t>;

Columns columns_of(const std::vector<std::string>& header) {
  Columns columns;
  for (std::size_t i = 0; i < header.size(); ++i) {
    columns.try_emplace(lower_case(header[i]), i);
  }
  return columns;
}

// One record of a manifest; fields are found by the names in the header.
class ManifestLine {
 public:
  ManifestLine(const Columns& columns, const std::vector<std::string>& fields)
      : columns_(columns), fields_(fields) {}

  std::string field(const std::string& name) const {
    const auto column = columns_.find(name);
    if (column == columns_.end() || column->second >= fields_.size()) return "";
    return fields_[column->second];
  }

 private:
  const Columns& columns_;
  const std::vector<std::string>& fields_;
};

bool is_on_a_drive(std::string_view path) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return path.size() > 2 && is_letter(path[0]) && path[1] == ':' &&
         (path[2] == '\\' || path[2] == '/');
}

// A path as written, relative to the manifest's folder, or with '/' for each
// backslash if there is no such file.
Result<std::string> resolve_path(const std::string& written,
                                 const std::string& where,
                                 const fs::path& folder) {
  if (written.empty()) {
    return fail(ErrorKind::kCorrupt, "{}: the path is missing", where);
  }
  const fs::path path = folder / written;
  if (written.find('\\') == std::string::npos && !is_on_a_drive(written)) {
    return path.string();
  }
  std::error_code problem;
  if (fs::exists(path, problem)) return path.string();
  if (is_on_a_drive(written)) {
    return fail(ErrorKind::kCorrupt,
                "{}: {} is a path of a Windows computer; write paths relative "
                "to the manifest",
                where, plain_text(written));
  }
  std::string forward = written;
  std::ranges::replace(forward, '\\', '/');
  return (folder / forward).string();
}

Result<LabelledCapture> read_line(const ManifestLine& line,
                                  const std::string& where,
                                  const fs::path& folder) {
  LabelledCapture capture;
  auto path = resolve_path(line.field("path"), where, folder);
  if (!path) return fail(std::move(path).error());
  capture.path = std::move(*path);
  capture.app = line.field("app");
  capture.group = line.field("group");
  capture.session = line.field("session");
  if (capture.session.empty()) capture.session = line.field("capture");
  if (auto checked = check_app_name(capture.app, where); !checked) {
    return fail(checked.error());
  }
  if (capture.group.empty()) capture.group = capture.path;
  if (const std::string device = line.field("device"); !device.empty()) {
    capture.device = Address::parse(device);
    if (!capture.device) {
      return fail(ErrorKind::kCorrupt,
                  "{}: the device '{}' is not an IP address", where, device);
    }
  }
  for (auto [name, moment] :
       {std::pair{"from", &capture.from}, std::pair{"to", &capture.to}}) {
    const std::string text = line.field(name);
    if (text.empty()) continue;
    *moment = parse_moment(text);
    if (!*moment) {
      return fail(ErrorKind::kCorrupt,
                  "{}: '{}' is not a time; write seconds since the capture's "
                  "first frame, or UTC as 2019-04-03T17:21:09Z",
                  where, text);
    }
  }
  return capture;
}

// Files that people take for a manifest.
Result<void> check_kind(const std::string& path, std::string_view bytes) {
  constexpr std::string_view kZip = "PK\x03\x04";
  constexpr std::string_view kOldOffice = "\xd0\xcf\x11\xe0";
  if (bytes.starts_with(kZip) || bytes.starts_with(kOldOffice)) {
    return fail(ErrorKind::kCorrupt,
                "{} is a workbook or a zip archive; save the table as CSV, or "
                "unpack the archive",
                path);
  }
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return fail(ErrorKind::kCorrupt,
                "{} is empty; the first line of a manifest is path,app", path);
  }
  return {};
}

// The separator that gives most of the required columns. Excel may name it in a
// first line of its own, such as "sep=;", which is removed.
char find_separator(std::string_view& text) {
  constexpr std::string_view kNamed = "sep=";
  const std::size_t quote = text.starts_with('"') ? 1 : 0;
  if (lower_case(text.substr(quote, kNamed.size())) == kNamed &&
      text.size() > quote + kNamed.size()) {
    const char named = text[quote + kNamed.size()];
    // An empty first line keeps the numbers of the others.
    text.remove_prefix(std::min(text.find_first_of("\r\n"), text.size()));
    return named;
  }
  char best = kSheetSeparators.front();
  std::size_t most = 0;
  for (const char separator : kSheetSeparators) {
    SheetReader reader(text, separator);
    if (!reader.next()) break;
    const Columns columns = columns_of(reader.fields());
    const std::size_t found = columns.count("path") + columns.count("app");
    if (found > most) best = separator;
    most = std::max(most, found);
  }
  return best;
}

// Fails unless the header names the required columns.
Result<Columns> read_header(const std::string& path,
                            const SheetReader& header) {
  constexpr std::size_t kMaxShown = 60;  // bytes
  Columns columns = columns_of(header.fields());
  if (columns.contains("path") && columns.contains("app")) return columns;
  const std::string names = plain_text(listed(header.fields()));
  const bool is_text = plain_text(names) == listed(header.fields());
  if (!is_text || names.size() > kMaxShown) {
    return fail(ErrorKind::kCorrupt,
                "{} is neither a folder nor a manifest; a manifest is a CSV "
                "file whose first line names the columns path and app",
                path);
  }
  if (!columns.contains("path") && !columns.contains("app")) {
    return fail(ErrorKind::kCorrupt,
                "{}, line {}: '{}' does not name the columns path and app, "
                "separated by a comma, semicolon or tab; begin the manifest "
                "with the line path,app",
                path, header.line(), names);
  }
  return fail(ErrorKind::kCorrupt,
              "{}, line {}: the column '{}' is missing beside {}; add it", path,
              header.line(), columns.contains("path") ? "app" : "path", names);
}

// Fails if the fields of a record do not fit the header's.
Result<void> check_record(const SheetReader& reader, std::size_t width,
                          const std::string& where) {
  if (reader.is_unclosed()) {
    return fail(ErrorKind::kCorrupt,
                "{}: a quote is opened here and never closed; close it", where);
  }
  const auto& fields = reader.fields();
  const bool has_more =
      fields.size() > width &&
      std::ranges::any_of(
          fields.begin() + static_cast<std::ptrdiff_t>(width), fields.end(),
          [](const std::string& field) { return !field.empty(); });
  if (!has_more) return {};
  return fail(ErrorKind::kCorrupt,
              "{}: {} for {}; put a field that holds a separator into "
              "\"quotes\"",
              where, counted(fields.size(), "field"), counted(width, "column"));
}

}  // namespace

Result<void> check_app_name(const std::string& app, const std::string& where) {
  if (plain_text(app) != app) {
    return fail(ErrorKind::kCorrupt,
                "{}: the name of an app must be plain text (UTF-8); rename it, "
                "or save the manifest as UTF-8",
                where);
  }
  if (app != kUnknownName) return {};
  return fail(ErrorKind::kCorrupt,
              "{}: an app cannot be called '{}', which is the verdict that "
              "names no app; rename it",
              where, app);
}

Result<std::vector<LabelledCapture>> read_manifest(const std::string& path) {
  auto bytes = read_file(path);
  if (!bytes) return fail(std::move(bytes).error());
  if (auto checked = check_kind(path, *bytes); !checked) {
    return fail(std::move(checked).error());
  }
  const std::string text = sheet_utf8(std::move(*bytes));
  std::string_view rest = text;
  const char separator = find_separator(rest);
  SheetReader reader(rest, separator);
  reader.next();
  auto columns = read_header(path, reader);
  if (!columns) return fail(std::move(columns).error());
  const std::size_t width = reader.fields().size();
  std::vector<LabelledCapture> captures;
  while (reader.next()) {
    const std::string where = fmt::format("{}, line {}", path, reader.line());
    if (auto checked = check_record(reader, width, where); !checked) {
      return fail(std::move(checked).error());
    }
    auto capture = read_line(ManifestLine(*columns, reader.fields()), where,
                             fs::path(path).parent_path());
    if (!capture) return fail(std::move(capture).error());
    captures.push_back(std::move(*capture));
  }
  if (captures.empty()) {
    return fail(ErrorKind::kNoData, "the manifest {} lists no captures", path);
  }
  return captures;
}

}  // namespace flowtell
