// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target without a fuzzer, on the files named and all files of the
// folders named. So every build tests the inputs that once failed.
//   fuzz_TARGET FILE|FOLDER...
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "target.h"

namespace {

namespace fs = std::filesystem;

void run(const fs::path& path) {
  // Printed first, so that a crash names its input.
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
      run(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path)) run(entry.path());
  }
  return 0;
}
