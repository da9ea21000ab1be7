// SPDX-License-Identifier: Apache-2.0
#include "support/temporary_folder.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/result.h"

namespace flowtell {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "flowtell-XXXXXX").string();
  require(::mkdtemp(name.data()) != nullptr, "no temporary folder can be made");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::put(std::string_view name,
                                 std::string_view bytes) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  require(file.flush().good(), "a test's file cannot be written");
  return path.string();
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace flowtell
