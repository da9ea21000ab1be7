// SPDX-License-Identifier: Apache-2.0
//
// A temporary folder of one test, removed with its content at the end.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flowtell {

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  // The path of a name in the folder.
  std::string operator/(std::string_view name) const {
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

  // Writes a file, creates its folders, and returns its path.
  std::string put(std::string_view name, std::string_view bytes) const;

  // The names of the entries, sorted.
  std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

}  // namespace flowtell
