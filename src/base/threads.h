// SPDX-License-Identifier: Apache-2.0
//
// Runs independent numbered tasks on several threads. Tasks share no state, so
// the result does not depend on the number of threads or the order of
// execution.
//
// Each thread takes the next task number from a counter. A work-stealing
// scheduler would gain nothing, since tasks are few and large (a capture, a
// tree), and Debian's oneTBB is not instrumented for ThreadSanitizer.
#pragma once

#include <cstddef>
#include <functional>

namespace flowtell {

// Number of processors available to this process; at least 1.
int hardware_threads();

// Calls `task(0)` … `task(count - 1)` once each, on at most `threads` threads
// including the caller's, and returns when all are done. Uses fewer threads if
// the system starts no more. If a task throws (std::bad_alloc), begins no
// further task and throws it again here. REQUIRES: threads >= 1; tasks write
// only to their own data.
void for_each_task(int threads, std::size_t count,
                   const std::function<void(std::size_t)>& task);

}  // namespace flowtell
