// SPDX-License-Identifier: Apache-2.0
#include "tool/output_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "capture/capture_file.h"
#include "model/labelled_captures.h"

namespace flowtell {
namespace {

bool is_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

// The path without links and dots; empty if that fails.
std::filesystem::path canonical_path(const std::string& path) {
  std::error_code error;
  const auto full_path = std::filesystem::absolute(path, error);
  if (error) return {};
  auto canonical = std::filesystem::weakly_canonical(full_path, error);
  return error ? std::filesystem::path() : canonical;
}

// Whether two existing files are the same, or two new files have the same path.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error) && !error) return true;
  const auto where = canonical_path(a);
  return !where.empty() && where == canonical_path(b);
}

// Whether the output is a new or a regular file, rather than a pipe or device.
bool is_replaceable(const std::string& output) {
  if (output.empty() || output == "-") return false;
  std::error_code error;
  const auto status = std::filesystem::status(output, error);
  return !std::filesystem::exists(status) ||
         std::filesystem::is_regular_file(status);
}

// Whether another output is the same file as this one.
bool is_duplicate(const std::vector<std::string>& outputs, std::size_t i) {
  for (std::size_t j = 0; j < outputs.size(); ++j) {
    if (j != i && is_replaceable(outputs[j]) &&
        is_same_file(outputs[i], outputs[j])) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> input_files(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return list_captures(path).value_or(std::vector<std::string>());
  }
  if (!is_file(path)) return {};
  std::vector<std::string> files = {path};
  // A file that is not a manifest lists no captures.
  if (const auto listed =
          find_labelled_captures(path, {.apps = {}, .joins_files = false})) {
    for (const LabelledCapture& capture : *listed) {
      files.push_back(capture.path);
      files.insert(files.end(), capture.more.begin(), capture.more.end());
    }
  }
  return files;
}

}  // namespace

Result<void> check_outputs(const std::vector<std::string>& outputs,
                           const std::vector<std::string>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& output = outputs[i];
    if (!is_replaceable(output)) continue;
    if (is_duplicate(outputs, i)) {
      return fail(ErrorKind::kUsage,
                  "{} is named for two outputs; choose different files",
                  output);
    }
    if (!is_file(output)) continue;
    for (const std::string& path : inputs) {
      const auto files = input_files(path);
      if (std::ranges::none_of(files, [&](const auto& file) {
            return is_same_file(output, file);
          })) {
        continue;
      }
      return fail(
          ErrorKind::kUsage,
          "{} is an input and would be overwritten; choose another output file",
          output);
    }
  }
  return {};
}

}  // namespace flowtell
