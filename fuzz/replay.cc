// SPDX-License-Identifier: Apache-2.0
//
// A fuzz target without a fuzzer: feeds it the files named, and all that lie in
// the folders named. So what was once found is tested by every build.
//   fuzz_TARGET FILE|FOLDER...
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "target.h"

namespace {

namespace fs = std::filesystem;

void feed(const fs::path& path) {
  // Told beforehand, so that a crash has a name.
  static_cast<void>(std::fprintf(stderr, "%s\n", path.c_str()));
  const auto bytes = flowtell::read_file(path.string());
  flowtell::require(bytes.has_value(), "a file to replay can be read");
  const flowtell::Bytes view = flowtell::as_bytes(*bytes);
  LLVMFuzzerTestOneInput(view.data(), view.size());
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const fs::path path = arguments[i];
    if (!fs::is_directory(path)) {
      feed(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path)) feed(entry.path());
  }
  return 0;
}
