// SPDX-License-Identifier: Apache-2.0
#include "live/live_waiter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "support/closed_input.h"
#include "support/live_signals.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

class LiveWaiting : public testing::Test {
 protected:
  LiveSignals signals_;
  LiveWaiter waiter_ = std::move(*LiveWaiter::make());
};

TEST_F(LiveWaiting, LastsUntilTheLimit) {
  const Duration began = monotonic_now();
  EXPECT_EQ(waiter_.wait(-1, 20ms), LiveEvent::kNone);
  EXPECT_GE(monotonic_now() - began, 20ms);
}

TEST_F(LiveWaiting, ReturnsAtOnceWithoutTime) {
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

// Without a limit, it lasts until something happens.
TEST_F(LiveWaiting, LastsUntilSomethingHappens) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const FileHandle out(pipe[0]);
  const FileHandle in(pipe[1]);
  std::atomic<bool> has_happened{false};
  std::thread later([&] {
    std::this_thread::sleep_for(30ms);
    has_happened = true;
    EXPECT_EQ(::write(in.get(), "x", 1), 1);
  });
  EXPECT_EQ(waiter_.wait(out.get(), std::nullopt), LiveEvent::kNone);
  EXPECT_TRUE(has_happened);
  later.join();
}

TEST_F(LiveWaiting, LastsUntilASignalComes) {
  std::atomic<bool> has_happened{false};
  std::thread later([&] {
    std::this_thread::sleep_for(30ms);
    has_happened = true;
    ::kill(::getpid(), SIGTERM);
  });
  EXPECT_EQ(waiter_.wait(-1, 1h), LiveEvent::kStop);
  EXPECT_TRUE(has_happened);
  later.join();
}

TEST_F(LiveWaiting, LastsUntilThereIsRoomToWrite) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_NONBLOCK), 0);
  const FileHandle out(pipe[0]);
  const FileHandle in(pipe[1]);
  std::string bytes(1 << 16, 'x');
  while (::write(in.get(), bytes.data(), bytes.size()) > 0) {
  }
  const Duration began = monotonic_now();
  EXPECT_EQ(waiter_.wait(-1, 20ms, in.get()), LiveEvent::kNone);
  EXPECT_GE(monotonic_now() - began, 20ms) << "the pipe is full";
  std::atomic<bool> has_happened{false};
  std::thread later([&] {
    std::this_thread::sleep_for(30ms);
    has_happened = true;
    while (::read(out.get(), bytes.data(), bytes.size()) > 0) {
    }
  });
  EXPECT_EQ(waiter_.wait(-1, std::nullopt, in.get()), LiveEvent::kNone);
  EXPECT_TRUE(has_happened);
  later.join();
}

TEST_F(LiveWaiting, AcceptsFractionsOfSeconds) {
  const Duration began = monotonic_now();
  EXPECT_EQ(waiter_.wait(-1, 1s + 50ms), LiveEvent::kNone);
  EXPECT_GE(monotonic_now() - began, 1s + 50ms);
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

TEST_F(LiveWaiting, EndsBySignalWithStandardInputClosed) {
  const ClosedInput closed;
  auto waiter = LiveWaiter::make();
  ASSERT_TRUE(waiter) << waiter.error().message;
  ::raise(SIGTERM);
  EXPECT_EQ(waiter->wait(-1, std::nullopt), LiveEvent::kStop);
}

TEST_F(LiveWaiting, StopsOnAHangUpOfAnInteractiveCommand) {
  LiveWaiter interactive = std::move(*LiveWaiter::make(Hangup::kStops));
  ::raise(SIGHUP);
  EXPECT_EQ(interactive.wait(-1, std::nullopt), LiveEvent::kStop);
}

TEST_F(LiveWaiting, ReportsASignalEvenIfFramesArePending) {
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
