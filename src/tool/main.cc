// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "tool/out_of_memory.h"
#include "tool/program.h"

// The program throws no exceptions; std::thread does if no thread starts.
int main(int count, char** arguments) try {
  flowtell::exit_when_out_of_memory();
  flowtell::Program program;
  const auto exit_code = program.parse(count, arguments);
  return static_cast<int>(exit_code ? *exit_code : program.run());
} catch (const std::exception& error) {
  static_cast<void>(
      std::fprintf(stderr, "flowtell: cannot continue: %s; %s\n", error.what(),
                   "use fewer resources, for example fewer --threads"));
  return static_cast<int>(flowtell::ExitCode::kFailed);
}
