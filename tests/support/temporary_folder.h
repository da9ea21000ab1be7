// SPDX-License-Identifier: Apache-2.0
//
// A folder of a test's own, gone with all it holds when the test ends.
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

  // The path of a name in it.
  std::string operator/(std::string_view name) const {
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

  // Puts a file there, its folders too, and gives its path.
  std::string put(std::string_view name, std::string_view bytes) const;

  // The names of what lies in it, sorted.
  std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

}  // namespace flowtell
