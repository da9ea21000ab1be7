// SPDX-License-Identifier: Apache-2.0
#include "tool/apart.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "capture/capture_file.h"
#include "model/labelled_captures.h"

namespace flowtell {
namespace {

bool is_file(const std::string& path) {
  std::error_code absent;
  return std::filesystem::is_regular_file(path, absent);
}

// Without links and dots; empty where it cannot be told.
std::filesystem::path place_of(const std::string& path) {
  std::error_code absent;
  const auto whole = std::filesystem::absolute(path, absent);
  if (absent) return {};
  auto place = std::filesystem::weakly_canonical(whole, absent);
  return absent ? std::filesystem::path() : place;
}

// Of files that are there: the same one; of others: to be made in one place.
bool are_one(const std::string& a, const std::string& b) {
  std::error_code absent;
  if (std::filesystem::equivalent(a, b, absent) && !absent) return true;
  const auto where = place_of(a);
  return !where.empty() && where == place_of(b);
}

// A result that goes to a file which it replaces.
bool is_named(const std::string& output) {
  if (output.empty() || output == "-") return false;
  std::error_code absent;
  const auto status = std::filesystem::status(output, absent);
  return !std::filesystem::exists(status) ||
         std::filesystem::is_regular_file(status);
}

// Another output that is the same file as this one.
bool is_named_twice(const std::vector<std::string>& outputs, std::size_t i) {
  for (std::size_t j = 0; j < outputs.size(); ++j) {
    if (j != i && is_named(outputs[j]) && are_one(outputs[i], outputs[j])) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> files_read(const std::string& path) {
  std::error_code absent;
  if (std::filesystem::is_directory(path, absent)) {
    return captures_below(path).value_or(std::vector<std::string>());
  }
  if (!is_file(path)) return {};
  std::vector<std::string> files = {path};
  // Of what is no manifest, nothing.
  if (const auto listed = find_labelled_captures(path)) {
    for (const LabelledCapture& capture : *listed) {
      files.push_back(capture.path);
    }
  }
  return files;
}

}  // namespace

Result<void> check_apart(const std::vector<std::string>& outputs,
                         const std::vector<std::string>& read) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& output = outputs[i];
    if (!is_named(output)) continue;
    if (is_named_twice(outputs, i)) {
      return fail(ErrorKind::kUsage,
                  "{} is named for two outputs; choose another file for one",
                  output);
    }
    if (!is_file(output)) continue;
    for (const std::string& path : read) {
      const auto files = files_read(path);
      if (std::ranges::none_of(
              files, [&](const auto& file) { return are_one(output, file); })) {
        continue;
      }
      return fail(ErrorKind::kUsage,
                  "{} would be replaced, and is read; choose another file to "
                  "write",
                  output);
    }
  }
  return {};
}

}  // namespace flowtell
