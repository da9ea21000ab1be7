// SPDX-License-Identifier: Apache-2.0
#include "live/live_loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>

#include "support/live_signals.h"
#include "support/scripted_source.h"

namespace flowtell {
namespace {

WaitRequest done_request() {
  WaitRequest wait_request;
  wait_request.is_done = true;
  return wait_request;
}

// Logs the calls of the loop.
class LoggingHandler : public LiveHandler {
 public:
  Result<void> take(std::span<const Frame> frames) override {
    log += fmt::format("take {}. ", frames.size());
    return on_take();
  }
  void note_silence(Duration silence) override {
    log += fmt::format("silent {}. ", seconds_text(silence, 0));
  }
  Result<WaitRequest> poll() override {
    log += "poll. ";
    return on_poll();
  }
  Result<void> reload() override {
    log += "reload. ";
    return on_reload();
  }
  void notice(const std::string& text) override {
    log += fmt::format("notice '{}'. ", text);
  }

  std::string log;
  std::function<Result<void>()> on_take = [] { return Result<void>(); };
  std::function<Result<WaitRequest>()> on_poll = [] { return WaitRequest{}; };
  std::function<Result<void>()> on_reload = [] { return Result<void>(); };
};

class LiveLoop : public testing::Test {
 protected:
  Result<LiveEnd> run(std::deque<ScriptedRead> script) {
    ScriptedSource source(std::move(script));
    return run_live(source, waiter_, handler_);
  }
  // Acts in the n-th call of `poll`, counted from 1.
  void on_poll(int n, std::function<void()> act) {
    handler_.on_poll = [n, act, calls = 0]() mutable {
      if (++calls == n) act();
      return WaitRequest{};
    };
  }

  const std::vector<TestFrame> one_ = {frame().ethernet().ipv4().udp()};
  const std::vector<TestFrame> two_ = {one_[0], one_[0]};
  LiveSignals signals_;
  LiveWaiter waiter_ = std::move(*LiveWaiter::make());
  LoggingHandler handler_;
};

TEST_F(LiveLoop, EndsWithItsSource) {
  EXPECT_TRUE(run({}));
  EXPECT_EQ(handler_.log, "");
}

TEST_F(LiveLoop, ReportsFramesAndSilencesAndPollsAfterEach) {
  EXPECT_TRUE(run({{.frames = two_},
                   {.silence = 3s},
                   {.frames = one_, .silence = 5s},
                   {.silence = 0s}}));
  EXPECT_EQ(handler_.log,
            "take 2. poll. silent 3. poll. take 1. poll. silent 0. poll. ");
}

TEST_F(LiveLoop, ForwardsNotices) {
  EXPECT_TRUE(run({{.frames = one_, .notice = "eth1 is gone"},
                   {.notice = "eth1 is back"},
                   {}}));
  EXPECT_EQ(handler_.log,
            "take 1. notice 'eth1 is gone'. poll. silent 0. notice 'eth1 is "
            "back'. poll. silent 0. poll. ");
}

TEST_F(LiveLoop, EndsWhenItsHandlerIsDone) {
  handler_.on_poll = done_request;
  EXPECT_TRUE(run({{.frames = one_}, {.frames = two_}}));
  EXPECT_EQ(handler_.log, "take 1. poll. ");
}

TEST_F(LiveLoop, ReadsNothingWhileItsHandlerHoldsFrames) {
  handler_.on_poll = [calls = 0]() mutable {
    WaitRequest wait_request;
    wait_request.holds_frames = ++calls < 3;
    wait_request.time = 10ms;
    return wait_request;
  };
  const Duration began = monotonic_now();
  EXPECT_TRUE(run({{.frames = two_}, {.frames = one_}}));
  EXPECT_GE(monotonic_now() - began, 20ms) << "it waits twice meanwhile";
  EXPECT_EQ(handler_.log, "take 2. poll. poll. poll. take 1. poll. ");
}

TEST_F(LiveLoop, EndsBySignalWhileFramesAreHeld) {
  handler_.on_poll = [] {
    ::raise(SIGTERM);
    WaitRequest wait_request;
    wait_request.holds_frames = true;
    return wait_request;
  };
  const auto ended = run({{.frames = two_}, {.frames = one_}});
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, LiveEnd::kStopped);
  EXPECT_EQ(handler_.log, "take 2. poll. ");
}

TEST_F(LiveLoop, EndsBySignal) {
  for (const int signal : {SIGINT, SIGTERM}) {
    handler_.log.clear();
    on_poll(2, [signal] { ::raise(signal); });
    const auto end = run({{.frames = one_}, {}});
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, LiveEnd::kStopped);
    EXPECT_EQ(handler_.log, "take 1. poll. silent 0. poll. ");
  }
}

TEST_F(LiveLoop, HandlesPendingFramesAfterASignal) {
  on_poll(1, [] { ::raise(SIGINT); });
  EXPECT_TRUE(run({{.frames = one_}, {.frames = two_}, {}, {.frames = one_}}));
  EXPECT_EQ(handler_.log, "take 1. poll. take 2. ");
}

// A link that never falls silent.
TEST_F(LiveLoop, EndsBySignalEvenIfEveryBatchIsFull) {
  constexpr int kReads = 200;
  constexpr std::size_t kBatch = 64;  // as in live_loop.cc
  const ScriptedRead full{.frames = {kBatch, one_[0]}};
  int calls = 0;
  handler_.on_poll = [&] {
    if (++calls == 1) ::raise(SIGINT);
    return WaitRequest{};
  };
  const auto end = run(std::deque<ScriptedRead>(kReads, full));
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, LiveEnd::kStopped);
  EXPECT_LT(calls, 20);
}

TEST_F(LiveLoop, ReloadsOnHangUpAndContinues) {
  on_poll(1, [] { ::raise(SIGHUP); });
  EXPECT_TRUE(run({{.frames = one_}, {.frames = two_}}));
  EXPECT_EQ(handler_.log, "take 1. poll. reload. take 2. poll. ");
}

TEST_F(LiveLoop, FailsWithItsHandler) {
  const auto fails = [] { return fail(ErrorKind::kNotWritable, "on fire"); };
  handler_.on_take = [&]() -> Result<void> { return fails(); };
  auto done = run({{}, {.frames = one_}, {.frames = two_}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "on fire");
  EXPECT_EQ(handler_.log, "silent 0. poll. take 1. ");

  handler_ = LoggingHandler();
  handler_.on_poll = [&]() -> Result<WaitRequest> { return fails(); };
  done = run({{.frames = one_}, {.frames = two_}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(handler_.log, "take 1. poll. ");

  handler_ = LoggingHandler();
  on_poll(1, [] { ::raise(SIGHUP); });
  handler_.on_reload = [&]() -> Result<void> { return fails(); };
  EXPECT_FALSE(run({{.frames = one_}, {.frames = two_}}));
  EXPECT_EQ(handler_.log, "take 1. poll. reload. ");
}

// Records the arguments of time_until.
class SleepingSource : public ScriptedSource {
 public:
  SleepingSource() : ScriptedSource({{}, {}}) {}
  Duration time_until(Duration silence) const override {
    limits.push_back(silence);
    return {};
  }
  mutable std::vector<Duration> limits;
};

TEST_F(LiveLoop, PassesTheSilenceOfItsHandlerToTheSource) {
  SleepingSource source;
  handler_.on_poll = [] {
    WaitRequest wait_request;
    wait_request.silence = 700ms;
    return wait_request;
  };
  EXPECT_TRUE(run_live(source, waiter_, handler_));
  EXPECT_EQ(source.limits, (std::vector<Duration>{700ms, 700ms}));
}

// The limit leaves room to add to it without overflow.
TEST_F(LiveLoop, WaitsForAnEndlessSilenceByDefault) {
  SleepingSource source;
  EXPECT_TRUE(run_live(source, waiter_, handler_));
  ASSERT_EQ(source.limits.size(), 2u);
  for (const Duration silence : source.limits) {
    EXPECT_GT(silence, 24h * 365);
    EXPECT_LE(silence, Duration::max() / 2);
  }
}

// A busy link does not delay the end.
TEST_F(LiveLoop, BoundsTheBatchesReadAfterASignal) {
  struct Endless : ScriptedSource {
    Endless() : ScriptedSource({}) {}
    bool has_ended() const override { return false; }
    std::size_t read(std::span<Frame> batch) override {
      batch[0] = one.view();
      return 1;
    }
    const TestFrame one = frame().ethernet().ipv4().udp();
  } source;
  int taken = 0;
  handler_.on_take = [&] {
    handler_.log.clear();
    if (++taken == 1) ::raise(SIGTERM);
    return Result<void>();
  };
  const auto end = run_live(source, waiter_, handler_);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, LiveEnd::kStopped);
  EXPECT_EQ(taken, 1 + 10'000);
}

TEST_F(LiveLoop, WaitsNoLongerThanItsHandlerRequests) {
  struct Patient : ScriptedSource {
    Patient() : ScriptedSource({{}, {}}) {}
    Duration time_until(Duration) const override { return 24h; }
  } source;
  handler_.on_poll = [] {
    WaitRequest wait_request;
    wait_request.time = 20ms;
    return wait_request;
  };
  const Duration began = monotonic_now();
  EXPECT_TRUE(run_live(source, waiter_, handler_));
  EXPECT_GE(monotonic_now() - began, 40ms) << "it waits twice";
  EXPECT_EQ(handler_.log, "silent 0. poll. silent 0. poll. ");
}

TEST_F(LiveLoop, WaitsUntilTheSilenceIsExceeded) {
  struct Measured : ScriptedSource {
    Measured() : ScriptedSource({{}, {}}) {}
    Duration time_until(Duration silence) const override {
      return silence / 100;
    }
  } source;
  handler_.on_poll = [] {
    WaitRequest wait_request;
    wait_request.silence = 2s;
    wait_request.time = 1h;
    return wait_request;
  };
  const Duration began = monotonic_now();
  EXPECT_TRUE(run_live(source, waiter_, handler_));
  EXPECT_GE(monotonic_now() - began, 40ms);
  EXPECT_LT(monotonic_now() - began, 10min);
}

// For a source with a descriptor, only the descriptor is polled.
TEST_F(LiveLoop, WaitsForTheDescriptorOfItsSource) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const FileHandle out(pipe[0]);
  const FileHandle in(pipe[1]);
  struct Readable : ScriptedSource {
    explicit Readable(int readable)
        : ScriptedSource(std::deque<ScriptedRead>(1)), descriptor_(readable) {}
    int descriptor() const override { return descriptor_; }
    int descriptor_;
  } source(out.get());
  std::atomic<bool> has_happened{false};
  std::thread later([&] {
    std::this_thread::sleep_for(30ms);
    has_happened = true;
    EXPECT_EQ(::write(in.get(), "x", 1), 1);
  });
  EXPECT_TRUE(run_live(source, waiter_, handler_));
  EXPECT_TRUE(has_happened) << "it sleeps until the descriptor is readable";
  EXPECT_EQ(handler_.log, "silent 0. poll. ");
  later.join();
}

// Frames may be pending, so the loop reads again at once.
TEST_F(LiveLoop, DoesNotWaitAfterFrames) {
  struct Patient : ScriptedSource {
    explicit Patient(std::deque<ScriptedRead> script)
        : ScriptedSource(std::move(script)) {}
    Duration time_until(Duration) const override { return 24h; }
  } source({{.frames = one_}, {.frames = two_}});
  const Duration began = monotonic_now();
  EXPECT_TRUE(run_live(source, waiter_, handler_));
  EXPECT_LT(monotonic_now() - began, 10min);
  EXPECT_EQ(handler_.log, "take 1. poll. take 2. poll. ");
}

}  // namespace
}  // namespace flowtell
