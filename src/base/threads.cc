// SPDX-License-Identifier: Apache-2.0
#include "base/threads.h"

#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace flowtell {

int hardware_threads() { return tbb::info::default_concurrency(); }

void for_each_task(int threads, std::size_t count,
                   const std::function<void(std::size_t)>& task) {
  if (threads <= 1 || count <= 1) {
    for (std::size_t i = 0; i < count; ++i) task(i);
    return;
  }
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, count, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (auto i = range.begin(); i != range.end(); ++i) {
            task(i);
          }
        },
        tbb::simple_partitioner());
  });
}

}  // namespace flowtell
