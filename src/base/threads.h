// SPDX-License-Identifier: Apache-2.0
//
// Work shared among threads, by oneTBB. The work is cut into numbered tasks
// that know nothing of each other, so the outcome cannot depend on how many
// threads there are or which of them did what.
#pragma once

#include <cstddef>
#include <functional>

namespace flowtell {

// As many threads as this machine has processors.
int hardware_threads();

// Calls `task(0)` … `task(count - 1)`, each once, on at most `threads` threads,
// and returns when all are done. A task may itself call this function.
// REQUIRES: threads >= 1; tasks write to places of their own only.
void for_each_task(int threads, std::size_t count,
                   const std::function<void(std::size_t)>& task);

}  // namespace flowtell
