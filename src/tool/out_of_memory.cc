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

constexpr std::string_view kSentence =
    "flowtell: out of memory; ask for less, with fewer --threads, a smaller "
    "--max-flows or fewer captures at a time, or give it more; what stood in "
    "output files is untouched\n";

std::atomic_flag is_ending;

// Takes no memory itself. Of threads that come here at once the first speaks;
// the others wait to be ended with it, by a call that is left to a watch.
[[noreturn]] void end() {
  while (is_ending.test_and_set()) ::poll(nullptr, 0, -1);
  Terminal::give_back_at_once();
  if (::write(STDERR_FILENO, kSentence.data(), kSentence.size()) < 0) {
    // Then nobody can be told.
  }
  ::_exit(static_cast<int>(ExitCode::kFailed));
}

}  // namespace

void end_when_out_of_memory() { std::set_new_handler(end); }

}  // namespace flowtell
