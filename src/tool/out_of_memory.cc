// SPDX-License-Identifier: Apache-2.0
#include "tool/out_of_memory.h"

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <string_view>

#include "tool/exit_code.h"
#include "tool/terminal.h"

namespace flowtell {
namespace {

constexpr std::string_view kMessage =
    "flowtell: out of memory; use fewer --threads, a smaller --max-flows or "
    "fewer captures at a time, or add memory; existing output files are "
    "unchanged\n";

std::atomic_flag is_exiting;

// Does not allocate. The first thread prints the message; others wait in
// ::poll, which a confined watch may call, until the process exits.
[[noreturn]] void end() {
  while (is_exiting.test_and_set()) ::poll(nullptr, 0, -1);
  Terminal::restore_taken();
  if (::write(STDERR_FILENO, kMessage.data(), kMessage.size()) < 0) {
    // The message cannot be reported elsewhere.
  }
  ::_exit(static_cast<int>(ExitCode::kFailed));
}

}  // namespace

void exit_when_out_of_memory() { std::set_new_handler(end); }

}  // namespace flowtell
