// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "tool/out_of_memory.h"
#include "tool/program.h"

// Nothing of ours throws; what is left is want of threads.
int main(int count, char** arguments) try {
  flowtell::end_when_out_of_memory();
  flowtell::Program program;
  const auto reported = program.parse(count, arguments);
  return static_cast<int>(reported ? *reported : program.run());
} catch (const std::exception& error) {
  static_cast<void>(
      std::fprintf(stderr, "flowtell: cannot go on: %s; %s\n", error.what(),
                   "ask for less, with fewer --threads for example"));
  return static_cast<int>(flowtell::ExitCode::kFailed);
}
