// SPDX-License-Identifier: Apache-2.0
#include "base/pipe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace flowtell {
namespace {

TEST(Pipe, HandsOnAllInOrderAndNeverHoldsMoreThanItHasRoomFor) {
  Pipe<int> pipe(3);
  std::atomic<int> made = 0;
  std::jthread maker([&] {
    for (int i = 0; i < 10'000; ++i) {
      ++made;
      if (!pipe.push(i)) return;
    }
    pipe.close();
  });
  int next = 0;
  while (const auto thing = pipe.pop()) {
    ASSERT_EQ(*thing, next++);
    // Beside those in the pipe, one may wait to go in.
    ASSERT_LE(made - next, 3 + 1);
  }
  EXPECT_EQ(next, 10'000);
}

TEST(Pipe, ThatIsClosedTakesNothingMoreButGivesWhatItHolds) {
  Pipe<int> pipe(2);
  EXPECT_TRUE(pipe.push(1));
  pipe.close();
  EXPECT_FALSE(pipe.push(2));
  EXPECT_EQ(pipe.pop(), 1);
  EXPECT_EQ(pipe.pop(), std::nullopt);
}

TEST(Pipe, FreesAMakerThatWaitsForRoomWhenTheUserCloses) {
  Pipe<int> pipe(1);
  ASSERT_TRUE(pipe.push(1));
  bool is_taken = true;
  {
    std::jthread maker([&] { is_taken = pipe.push(2); });
    pipe.close();
  }
  EXPECT_FALSE(is_taken);
}

TEST(Pipe, IsClosedWhereItsBlockEndsByAnException) {
  Pipe<int> pipe(1);
  bool has_ended = false;
  try {
    std::jthread user([&] {
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
