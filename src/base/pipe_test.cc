// SPDX-License-Identifier: Apache-2.0
#include "base/pipe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace flowtell {
namespace {

TEST(Pipe, KeepsOrderAndCapacity) {
  Pipe<int> pipe(3);
  std::atomic<int> produced = 0;
  std::jthread producer([&] {
    for (int i = 0; i < 10'000; ++i) {
      ++produced;
      if (!pipe.push(i)) return;
    }
    pipe.close();
  });
  int next = 0;
  while (const auto item = pipe.pop()) {
    ASSERT_EQ(*item, next++);
    // Besides the queued items, one may be waiting to be pushed.
    ASSERT_LE(produced - next, 3 + 1);
  }
  EXPECT_EQ(next, 10'000);
}

TEST(Pipe, RejectsItemsButDrainsAfterClose) {
  Pipe<int> pipe(2);
  EXPECT_TRUE(pipe.push(1));
  pipe.close();
  EXPECT_FALSE(pipe.push(2));
  EXPECT_EQ(pipe.pop(), 1);
  EXPECT_EQ(pipe.pop(), std::nullopt);
}

TEST(Pipe, UnblocksAWaitingProducerOnClose) {
  Pipe<int> pipe(1);
  ASSERT_TRUE(pipe.push(1));
  bool is_taken = true;
  {
    std::jthread producer([&] { is_taken = pipe.push(2); });
    pipe.close();
  }
  EXPECT_FALSE(is_taken);
}

TEST(Pipe, IsClosedByAnException) {
  Pipe<int> pipe(1);
  bool has_ended = false;
  try {
    std::jthread consumer([&] {
      while (pipe.pop()) {
      }
      has_ended = true;
    });
    const PipeCloser closer(pipe);
    throw std::runtime_error("no more");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(has_ended);
}

}  // namespace
}  // namespace flowtell
