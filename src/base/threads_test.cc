// SPDX-License-Identifier: Apache-2.0
#include "base/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace flowtell {
namespace {

TEST(Threads, RunEachTaskOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    for (const std::size_t count : {0u, 1u, 2u, 7u, 1000u}) {
      std::vector<int> calls(count);
      for_each_task(threads, count, [&](std::size_t i) { ++calls[i]; });
      EXPECT_EQ(calls, std::vector<int>(count, 1))
          << threads << " threads, " << count << " tasks";
    }
  }
}

TEST(Threads, NeverExceedTheLimit) {
  std::atomic<int> running = 0;
  std::atomic<int> max_running = 0;
  for_each_task(2, 200, [&](std::size_t) {
    const int now = ++running;
    int before = max_running;
    while (before < now && !max_running.compare_exchange_weak(before, now)) {
    }
    --running;
  });
  EXPECT_LE(max_running, 2);
  EXPECT_GE(max_running, 1);
}

TEST(Threads, ReachTheLimitWhenThereIsWork) {
  for (const int threads : {1, 2, 4}) {
    std::mutex mutex;
    std::condition_variable changed;
    int running = 0;
    std::set<std::thread::id> ids;
    // Each task waits for the others, so no thread can run two of them.
    for_each_task(threads, static_cast<std::size_t>(threads), [&](std::size_t) {
      std::unique_lock lock(mutex);
      ids.insert(std::this_thread::get_id());
      ++running;
      changed.notify_all();
      changed.wait_for(lock, std::chrono::seconds(30),
                       [&] { return running == threads; });
    });
    EXPECT_EQ(running, threads);
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(threads));
    EXPECT_TRUE(ids.contains(std::this_thread::get_id()))
        << "the caller's thread included";
  }
}

TEST(Threads, AreAtLeastOne) { EXPECT_GE(hardware_threads(), 1); }

}  // namespace
}  // namespace flowtell
