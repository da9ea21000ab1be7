// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <new>
#include <string_view>

#include "tool/exit_code.h"
#include "tool/program.h"
#include "tool/terminal.h"

namespace flowtell {
namespace {

constexpr std::string_view kOutOfMemory =
    "flowtell: out of memory; use fewer --threads, a smaller --max-flows or "
    "fewer captures at a time, or add memory; existing output files are "
    "unchanged\n";

std::atomic_flag is_exiting;

// Ends the program when memory runs out: one message with a remedy, and exit
// code 1.
//
// The program exits immediately, on any thread. Unwinding would allocate, and
// could wait for blocked threads. Only unwritten lines are lost: an output file
// keeps its old content until the new one is complete, and recordings are
// complete up to the last second.
//
// Does not allocate. The first thread prints the message; others wait in
// ::poll, which a confined watch may call, until the process exits.
[[noreturn]] void exit_out_of_memory() {
  while (is_exiting.test_and_set()) ::poll(nullptr, 0, -1);
  Terminal::restore_taken();
  if (::write(STDERR_FILENO, kOutOfMemory.data(), kOutOfMemory.size()) < 0) {
    // The message cannot be reported elsewhere.
  }
  ::_exit(static_cast<int>(ExitCode::kFailed));
}

}  // namespace
}  // namespace flowtell

// The program throws no exceptions; std::thread does if no thread starts.
int main(int count, char** arguments) try {
  std::set_new_handler(flowtell::exit_out_of_memory);
  flowtell::Program program;
  const auto exit_code = program.parse(count, arguments);
  return static_cast<int>(exit_code ? *exit_code : program.run());
} catch (const std::exception& error) {
  static_cast<void>(
      std::fprintf(stderr, "flowtell: cannot continue: %s; %s\n", error.what(),
                   "use fewer resources, for example fewer --threads"));
  return static_cast<int>(flowtell::ExitCode::kFailed);
}
