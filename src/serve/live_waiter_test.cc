// SPDX-License-Identifier: Apache-2.0
#include "serve/live_waiter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "support/live_signals.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

class LiveWaiting : public testing::Test {
 protected:
  LiveSignals signals_;
  LiveWaiter waiter_ = std::move(*LiveWaiter::make());
};

TEST_F(LiveWaiting, LastsAsLongAsItMay) {
  const Duration began = monotonic_now();
  EXPECT_EQ(waiter_.wait(-1, 20ms), LiveEvent::kNone);
  EXPECT_GE(monotonic_now() - began, 20ms);
}

TEST_F(LiveWaiting, IsOverAtOnceWhereThereIsNoTime) {
  EXPECT_EQ(waiter_.wait(-1, 0s), LiveEvent::kNone);
  EXPECT_EQ(waiter_.wait(-1, -5s), LiveEvent::kNone);
}

TEST_F(LiveWaiting, EndsWhenTheDescriptorIsReadable) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const FileHandle out(pipe[0]);
  const FileHandle in(pipe[1]);
  ASSERT_EQ(::write(in.get(), "x", 1), 1);
  EXPECT_EQ(waiter_.wait(out.get(), std::nullopt), LiveEvent::kNone);
}

TEST_F(LiveWaiting, EndsWhenTheOtherDescriptorIsWritable) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const FileHandle out(pipe[0]);
  const FileHandle in(pipe[1]);
  EXPECT_EQ(waiter_.wait(-1, std::nullopt, in.get()), LiveEvent::kNone);
}

TEST_F(LiveWaiting, EndsBySignal) {
  ::raise(SIGTERM);
  EXPECT_EQ(waiter_.wait(-1, std::nullopt), LiveEvent::kStop);
  ::raise(SIGINT);
  EXPECT_EQ(waiter_.wait(-1, std::nullopt), LiveEvent::kStop);
  ::raise(SIGHUP);
  EXPECT_EQ(waiter_.wait(-1, std::nullopt), LiveEvent::kReload);
  EXPECT_EQ(waiter_.wait(-1, 0s), LiveEvent::kNone) << "each signal once";
}

TEST_F(LiveWaiting, StopsOnAHangUpWhereAPersonAttends) {
  LiveWaiter attended = std::move(*LiveWaiter::make(Hangup::kStops));
  ::raise(SIGHUP);
  EXPECT_EQ(attended.wait(-1, std::nullopt), LiveEvent::kStop);
}

TEST_F(LiveWaiting, TellsASignalThoughFramesAreAtHand) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const FileHandle out(pipe[0]);
  const FileHandle in(pipe[1]);
  ASSERT_EQ(::write(in.get(), "x", 1), 1);
  ::raise(SIGTERM);
  EXPECT_EQ(waiter_.wait(out.get(), 0s), LiveEvent::kStop);
}

}  // namespace
}  // namespace flowtell
