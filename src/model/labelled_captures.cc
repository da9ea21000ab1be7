// SPDX-License-Identifier: Apache-2.0
#include "model/labelled_captures.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "capture/capture_files.h"
#include "model/folder_layout.h"
#include "model/manifest.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    const std::string name = at->path().filename().string();
    if (at->is_directory(problem) && !is_litter_folder(name)) {
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

// What all files of a capture must have in common. Empty for a span of time,
// which is a capture of its own.
std::string label_of(const LabelledCapture& capture) {
  if (capture.from || capture.to) return "";
  const std::string group = capture.group == capture.path ? "" : capture.group;
  return fmt::format("{}\n{}\n{}\n{}", capture.app,
                     capture.device ? capture.device->text() : "",
                     capture.session, group);
}

// Joins files of one label that continue each other: those of one session, and
// those named as recorders name the files of a rotation.
void join_captures(const LabelContext& context,
                   std::vector<LabelledCapture>& captures) {
  if (!context.joins_files) return;
  std::map<std::string, std::vector<std::size_t>> by_label;
  for (std::size_t i = 0; i < captures.size(); ++i) {
    const std::string label = label_of(captures[i]);
    if (!label.empty()) by_label[label].push_back(i);
  }
  std::vector<CaptureFiles> joined;
  std::set<std::pair<std::string, std::string>> continuing;  // label, path
  for (const auto& [label, indexes] : by_label) {
    std::vector<std::string> paths;
    for (const std::size_t i : indexes) paths.push_back(captures[i].path);
    const bool is_session = !captures[indexes.front()].session.empty();
    for (CaptureFiles& files : join_files(
             paths, is_session ? Candidates::kAll : Candidates::kByName)) {
      if (files.size() < 2) continue;
      const auto first = std::ranges::find_if(indexes, [&](std::size_t i) {
        return captures[i].path == files.front();
      });
      captures[*first].more.assign(files.begin() + 1, files.end());
      for (const std::string& more : captures[*first].more) {
        continuing.insert({label, more});
      }
      joined.push_back(std::move(files));
    }
  }
  std::erase_if(captures, [&](const LabelledCapture& capture) {
    return continuing.contains({label_of(capture), capture.path});
  });
  if (context.joined != nullptr) *context.joined = std::move(joined);
}

Result<std::vector<FolderCapture>> captures_below(const std::string& folder) {
  auto tops = folders_in(folder);
  if (!tops) return fail(std::move(tops).error());
  std::vector<FolderCapture> captures;
  for (const std::string& top : *tops) {
    const fs::path top_folder = fs::path(folder) / top;
    auto paths = list_captures(top_folder.string());
    if (!paths) return fail(std::move(paths).error());
    for (const std::string& path : *paths) {
      const fs::path below = fs::path(path).lexically_relative(top_folder);
      const bool is_nested = below.has_parent_path();
      captures.push_back(
          {path, top, is_nested ? below.begin()->string() : std::string()});
    }
  }
  return captures;
}

Result<std::vector<LabelledCapture>> read_folder(const std::string& folder,
                                                 const LabelContext& context) {
  auto below = captures_below(folder);
  if (!below) return fail(std::move(below).error());
  const FolderLayout layout = find_layout(folder, *below, context.apps);
  if (context.remarks != nullptr && !layout.remark.empty()) {
    context.remarks->push_back(layout.remark);
  }
  std::vector<LabelledCapture> captures;
  for (const FolderCapture& found : *below) {
    const fs::path top = fs::path(folder) / found.top;
    const bool is_nested = layout.level == LabelLevel::kNested;
    const std::string& app = is_nested ? found.nested : found.top;
    const fs::path app_folder = is_nested ? top / app : top;
    if (auto checked = check_app_name(app, app_folder.string()); !checked) {
      return fail(checked.error());
    }
    captures.push_back({found.path,
                        app,
                        is_nested ? top.string() : found.path,
                        {},
                        {},
                        {},
                        false});
  }
  std::ranges::stable_sort(captures, {}, &LabelledCapture::app);
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

}  // namespace

Result<std::vector<LabelledCapture>> find_labelled_captures(
    const std::string& folder_manifest_or_capture,
    const LabelContext& context) {
  const std::string& path = folder_manifest_or_capture;
  std::error_code problem;
  if (fs::is_directory(path, problem)) {
    auto captures = read_folder(path, context);
    if (captures) join_captures(context, *captures);
    return captures;
  }
  // What was read of a pipe could not be read again.
  if (fs::is_regular_file(path, problem) &&
      looks_like_capture(path).value_or(false)) {
    return std::vector<LabelledCapture>{{path, "", path, {}, {}, {}, false}};
  }
  auto captures = read_manifest(path);
  if (captures) join_captures(context, *captures);
  return captures;
}

std::vector<LabelledCapture> unlabelled_captures(
    const std::vector<CaptureFiles>& all, const std::string& app) {
  std::vector<LabelledCapture> captures;
  captures.reserve(all.size());
  for (const CaptureFiles& files : all) {
    captures.push_back({.path = files.front(),
                        .app = app,
                        .group = files.front(),
                        .device = {},
                        .from = {},
                        .to = {},
                        .more = {files.begin() + 1, files.end()}});
  }
  return captures;
}

}  // namespace flowtell
