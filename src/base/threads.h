// SPDX-License-Identifier: Apache-2.0
//
// Work shared among threads. The work is cut into numbered tasks that know
// nothing of each other, so the outcome cannot depend on how many threads there
// are or which of them did what.
//
// Plain threads that take the next number from a counter: tasks here are few
// and large (a capture, a tree), which leaves a scheduler nothing to gain, and
// ThreadSanitizer can see all of it (Debian's oneTBB is not instrumented).
#pragma once

#include <cstddef>
#include <functional>

namespace flowtell {

// As many threads as this process may run on processors.
int hardware_threads();

// Calls `task(0)` … `task(count - 1)`, each once, on at most `threads` threads,
// the caller's among them, and returns when all are done. Where the system
// gives no more threads, on as many as there are. REQUIRES: threads >= 1; tasks
// write to places of their own only, and do not throw.
void for_each_task(int threads, std::size_t count,
                   const std::function<void(std::size_t)>& task);

}  // namespace flowtell
