// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "tool/program.h"

// Nothing of ours throws; what is left is want of memory.
int main(int count, char** arguments) try {
  flowtell::Program program;
  const auto told = program.parse(count, arguments);
  return static_cast<int>(told ? *told : program.run());
} catch (const std::exception& error) {
  static_cast<void>(
      std::fprintf(stderr, "flowtell: cannot go on: %s\n", error.what()));
  return static_cast<int>(flowtell::ExitCode::kFailed);
}
