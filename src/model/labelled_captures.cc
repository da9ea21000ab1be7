// SPDX-License-Identifier: Apache-2.0
#include "model/labelled_captures.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "capture/capture_file.h"
#include "model/app.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

Result<void> check_app(const std::string& app, const std::string& where) {
  if (plain_text(app) != app) {
    return fail(ErrorKind::kCorrupt,
                "{}: the name of an app must be plain text (UTF-8); rename it",
                where);
  }
  if (app != kUnknownName) return {};
  return fail(ErrorKind::kCorrupt,
              "{}: an app cannot be called '{}', which is the verdict that "
              "names no app; rename it",
              where, app);
}

Result<std::vector<std::string>> app_folders(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    const std::string name = at->path().filename().string();
    if (at->is_directory(problem) && !name.starts_with('.')) {
      names.push_back(name);
    }
  }
  if (problem) {
    return fail(kind_of_errno(problem.value(), ErrorKind::kNotReadable),
                "cannot list the folder {}: {}", folder, problem.message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Captures directly in the folder, by content.
std::vector<std::string> captures_beside(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    std::error_code gone;
    const std::string path = at->path().string();
    if (at->path().filename().string().starts_with('.') ||
        !at->is_regular_file(gone)) {
      continue;
    }
    if (looks_like_capture(path).value_or(false)) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<std::vector<LabelledCapture>> read_folder(const std::string& folder) {
  auto apps = app_folders(folder);
  if (!apps) return fail(std::move(apps).error());
  std::vector<LabelledCapture> captures;
  for (const std::string& app : *apps) {
    const std::string app_folder = (fs::path(folder) / app).string();
    if (auto checked = check_app(app, app_folder); !checked)
      return fail(checked.error());
    auto paths = list_captures(app_folder);
    if (!paths) return fail(std::move(paths).error());
    for (const std::string& path : *paths) {
      captures.push_back({path, app, path, {}, {}, {}, false});
    }
  }
  for (const std::string& path : captures_beside(folder)) {
    captures.push_back({path, "", path, {}, {}, {}, true});
  }
  if (captures.empty()) {
    return fail(ErrorKind::kNoData,
                "{} has no sub-folder with captures; put each app's captures "
                "into a sub-folder named for the app",
                folder);
  }
  return captures;
}

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

std::optional<Moment> parse_moment(std::string_view text) {
  if (const auto seconds = parse_number<double>(text)) {
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
  const auto seconds = parse_number<double>(clock[2]);
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 ||
      !(*seconds >= 0 && *seconds < 61)) {
    return std::nullopt;
  }
  return Timestamp(*date) + std::chrono::hours(*hours) +
         std::chrono::minutes(*minutes) +
         Duration(static_cast<std::int64_t>(*seconds * 1e9));
}

// One record of a manifest; fields are found by the names in the header.
class ManifestLine {
 public:
  ManifestLine(const std::map<std::string, std::size_t>& columns,
               std::vector<std::string> fields)
      : columns_(columns), fields_(std::move(fields)) {}

  std::string field(const std::string& name) const {
    const auto column = columns_.find(name);
    if (column == columns_.end() || column->second >= fields_.size()) return "";
    return fields_[column->second];
  }

 private:
  const std::map<std::string, std::size_t>& columns_;
  std::vector<std::string> fields_;
};

Result<LabelledCapture> read_line(const ManifestLine& line,
                                  const std::string& where,
                                  const fs::path& folder) {
  LabelledCapture capture;
  capture.path = (folder / line.field("path")).string();
  capture.app = line.field("app");
  capture.group = line.field("group");
  if (line.field("path").empty()) {
    return fail(ErrorKind::kCorrupt, "{}: the path is missing", where);
  }
  if (auto checked = check_app(capture.app, where); !checked) {
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

Result<std::vector<LabelledCapture>> read_manifest(const std::string& path) {
  auto text = read_file(path);
  if (!text) return fail(std::move(text).error());
  std::string_view rest = *text;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (rest.starts_with(kByteOrderMark)) {
    rest.remove_prefix(kByteOrderMark.size());
  }
  std::map<std::string, std::size_t> columns;
  const std::vector<std::string> header = take_csv_record(rest);
  for (std::size_t i = 0; i < header.size(); ++i) columns[header[i]] = i;
  if (!columns.contains("path") || !columns.contains("app")) {
    return fail(ErrorKind::kCorrupt,
                "{} is neither a folder nor a manifest; a manifest is a CSV "
                "file whose first line names the columns path and app",
                path);
  }
  std::vector<LabelledCapture> captures;
  for (std::size_t record = 2; !rest.empty(); ++record) {
    std::vector<std::string> fields = take_csv_record(rest);
    if (fields.size() == 1 && fields.front().empty()) continue;
    auto capture = read_line(ManifestLine(columns, std::move(fields)),
                             fmt::format("{}, record {}", path, record),
                             fs::path(path).parent_path());
    if (!capture) return fail(std::move(capture).error());
    captures.push_back(std::move(*capture));
  }
  if (captures.empty()) {
    return fail(ErrorKind::kNoData, "the manifest {} lists no captures", path);
  }
  return captures;
}

}  // namespace

Result<std::vector<LabelledCapture>> find_labelled_captures(
    const std::string& folder_manifest_or_capture) {
  const std::string& path = folder_manifest_or_capture;
  std::error_code problem;
  if (fs::is_directory(path, problem)) return read_folder(path);
  // What was read of a pipe could not be read again.
  if (fs::is_regular_file(path, problem) &&
      looks_like_capture(path).value_or(false)) {
    return std::vector<LabelledCapture>{{path, "", path, {}, {}, {}, false}};
  }
  return read_manifest(path);
}

std::vector<LabelledCapture> unlabelled_captures(
    const std::vector<std::string>& paths, const std::string& app) {
  std::vector<LabelledCapture> captures;
  captures.reserve(paths.size());
  for (const std::string& path : paths) {
    captures.push_back({.path = path,
                        .app = app,
                        .group = path,
                        .device = {},
                        .from = {},
                        .to = {}});
  }
  return captures;
}

}  // namespace flowtell
