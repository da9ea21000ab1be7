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

WaitRequest to_be_done() {
  WaitRequest wait_request;
  wait_request.is_done = true;
  return wait_request;
}

// Writes down what the loop does with it.
class Notebook : public LiveHandler {
 public:
  Result<void> take(std::span<const Frame> frames) override {
    said += fmt::format("take {}. ", frames.size());
    return when_taking();
  }
  void note_silence(Duration silence) override {
    said += fmt::format("silent {}. ", seconds_text(silence, 0));
  }
  Result<WaitRequest> poll() override {
    said += "tend. ";
    return when_tending();
  }
  Result<void> reload() override {
    said += "reload. ";
    return when_reloading();
  }
  void notice(const std::string& text) override {
    said += fmt::format("notice '{}'. ", text);
  }

  std::string said;
  std::function<Result<void>()> when_taking = [] { return Result<void>(); };
  std::function<Result<WaitRequest>()> when_tending = [] {
    return WaitRequest{};
  };
  std::function<Result<void>()> when_reloading = [] { return Result<void>(); };
};

class LiveLoop : public testing::Test {
 protected:
  Result<LiveEnd> run(std::deque<ScriptedRead> script) {
    ScriptedSource source(std::move(script));
    return run_live(source, waiter_, notebook_);
  }
  // When `tend` is called for the n-th time, counted from 1.
  void when_tending(int n, std::function<void()> act) {
    notebook_.when_tending = [n, act, calls = 0]() mutable {
      if (++calls == n) act();
      return WaitRequest{};
    };
  }

  const std::vector<TestFrame> one_ = {frame().ethernet().ipv4().udp()};
  const std::vector<TestFrame> two_ = {one_[0], one_[0]};
  LiveSignals signals_;
  LiveWaiter waiter_ = std::move(*LiveWaiter::make());
  Notebook notebook_;
};

TEST_F(LiveLoop, EndsWithItsSource) {
  EXPECT_TRUE(run({}));
  EXPECT_EQ(notebook_.said, "");
}

TEST_F(LiveLoop, TakesFramesTellsSilenceAndTendsAfterEach) {
  EXPECT_TRUE(run({{.frames = two_},
                   {.silence = 3s},
                   {.frames = one_, .silence = 5s},
                   {.silence = 0s}}));
  EXPECT_EQ(notebook_.said,
            "take 2. tend. silent 3. tend. take 1. tend. silent 0. tend. ");
}

TEST_F(LiveLoop, PassesNoticesOn) {
  EXPECT_TRUE(run({{.frames = one_, .notice = "eth1 is gone"},
                   {.notice = "eth1 is back"},
                   {}}));
  EXPECT_EQ(notebook_.said,
            "take 1. notice 'eth1 is gone'. tend. silent 0. notice 'eth1 is "
            "back'. tend. silent 0. tend. ");
}

TEST_F(LiveLoop, EndsWhenItsHandlerIsDone) {
  notebook_.when_tending = to_be_done;
  EXPECT_TRUE(run({{.frames = one_}, {.frames = two_}}));
  EXPECT_EQ(notebook_.said, "take 1. tend. ");
}

TEST_F(LiveLoop, ReadsNothingWhileItsHandlerHoldsFrames) {
  notebook_.when_tending = [calls = 0]() mutable {
    WaitRequest wait_request;
    wait_request.holds_frames = ++calls < 3;
    wait_request.time = 10ms;
    return wait_request;
  };
  const Duration began = monotonic_now();
  EXPECT_TRUE(run({{.frames = two_}, {.frames = one_}}));
  EXPECT_GE(monotonic_now() - began, 20ms) << "it waits twice meanwhile";
  EXPECT_EQ(notebook_.said, "take 2. tend. tend. tend. take 1. tend. ");
}

TEST_F(LiveLoop, EndsBySignalWhileFramesAreHeld) {
  notebook_.when_tending = [] {
    ::raise(SIGTERM);
    WaitRequest wait_request;
    wait_request.holds_frames = true;
    return wait_request;
  };
  const auto ended = run({{.frames = two_}, {.frames = one_}});
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, LiveEnd::kStopped);
  EXPECT_EQ(notebook_.said, "take 2. tend. ");
}

TEST_F(LiveLoop, EndsBySignal) {
  for (const int signal : {SIGINT, SIGTERM}) {
    notebook_.said.clear();
    when_tending(2, [signal] { ::raise(signal); });
    const auto end = run({{.frames = one_}, {}});
    ASSERT_TRUE(end);
    EXPECT_EQ(*end, LiveEnd::kStopped);
    EXPECT_EQ(notebook_.said, "take 1. tend. silent 0. tend. ");
  }
}

TEST_F(LiveLoop, HandlesWhatWasAtHandWhenASignalCame) {
  when_tending(1, [] { ::raise(SIGINT); });
  EXPECT_TRUE(run({{.frames = one_}, {.frames = two_}, {}, {.frames = one_}}));
  EXPECT_EQ(notebook_.said, "take 1. tend. take 2. ");
}

// A link that never falls silent.
TEST_F(LiveLoop, EndsBySignalThoughEveryBatchIsFull) {
  constexpr int kReads = 200;
  constexpr std::size_t kBatch = 64;  // the loop's
  const ScriptedRead full{.frames = {kBatch, one_[0]}};
  int calls = 0;
  notebook_.when_tending = [&] {
    if (++calls == 1) ::raise(SIGINT);
    return WaitRequest{};
  };
  const auto end = run(std::deque<ScriptedRead>(kReads, full));
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, LiveEnd::kStopped);
  EXPECT_LT(calls, 20);
}

TEST_F(LiveLoop, ReloadsOnHangUpAndGoesOn) {
  when_tending(1, [] { ::raise(SIGHUP); });
  EXPECT_TRUE(run({{.frames = one_}, {.frames = two_}}));
  EXPECT_EQ(notebook_.said, "take 1. tend. reload. take 2. tend. ");
}

TEST_F(LiveLoop, FailsWithItsHandler) {
  const auto fails = [] { return fail(ErrorKind::kOutput, "on fire"); };
  notebook_.when_taking = [&]() -> Result<void> { return fails(); };
  auto done = run({{}, {.frames = one_}, {.frames = two_}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "on fire");
  EXPECT_EQ(notebook_.said, "silent 0. tend. take 1. ");

  notebook_ = Notebook();
  notebook_.when_tending = [&]() -> Result<WaitRequest> { return fails(); };
  done = run({{.frames = one_}, {.frames = two_}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kOutput);
  EXPECT_EQ(notebook_.said, "take 1. tend. ");

  notebook_ = Notebook();
  when_tending(1, [] { ::raise(SIGHUP); });
  notebook_.when_reloading = [&]() -> Result<void> { return fails(); };
  EXPECT_FALSE(run({{.frames = one_}, {.frames = two_}}));
  EXPECT_EQ(notebook_.said, "take 1. tend. reload. ");
}

// Sleeps until it is asked whether it has ended for so many times.
class SleepingSource : public ScriptedSource {
 public:
  SleepingSource() : ScriptedSource({{}, {}}) {}
  Duration time_until(Duration silence) const override {
    asked.push_back(silence);
    return {};
  }
  mutable std::vector<Duration> asked;
};

TEST_F(LiveLoop, AsksWhenTheSilenceItsHandlerWaitsForIsExceeded) {
  SleepingSource source;
  notebook_.when_tending = [] {
    WaitRequest wait_request;
    wait_request.silence = 700ms;
    return wait_request;
  };
  EXPECT_TRUE(run_live(source, waiter_, notebook_));
  EXPECT_EQ(source.asked, (std::vector<Duration>{700ms, 700ms}));
}

// The limit leaves room to add to it without overflow.
TEST_F(LiveLoop, WaitsForAnEndlessSilenceByDefault) {
  SleepingSource source;
  EXPECT_TRUE(run_live(source, waiter_, notebook_));
  ASSERT_EQ(source.asked.size(), 2u);
  for (const Duration silence : source.asked) {
    EXPECT_GT(silence, 24h * 365);
    EXPECT_LE(silence, Duration::max() / 2);
  }
}

// A link that never falls silent does not delay the end.
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
  notebook_.when_taking = [&] {
    notebook_.said.clear();
    if (++taken == 1) ::raise(SIGTERM);
    return Result<void>();
  };
  const auto end = run_live(source, waiter_, notebook_);
  ASSERT_TRUE(end);
  EXPECT_EQ(*end, LiveEnd::kStopped);
  EXPECT_EQ(taken, 1 + 10'000);
}

TEST_F(LiveLoop, WaitsForNoLongerThanItsHandlerLikes) {
  struct Patient : ScriptedSource {
    Patient() : ScriptedSource({{}, {}}) {}
    Duration time_until(Duration) const override { return 24h; }
  } source;
  notebook_.when_tending = [] {
    WaitRequest wait_request;
    wait_request.time = 20ms;
    return wait_request;
  };
  const Duration began = monotonic_now();
  EXPECT_TRUE(run_live(source, waiter_, notebook_));
  EXPECT_GE(monotonic_now() - began, 40ms) << "but for so long, each time";
  EXPECT_EQ(notebook_.said, "silent 0. tend. silent 0. tend. ");
}

TEST_F(LiveLoop, WaitsUntilTheSilenceIsExceeded) {
  struct Measured : ScriptedSource {
    Measured() : ScriptedSource({{}, {}}) {}
    Duration time_until(Duration silence) const override {
      return silence / 100;
    }
  } source;
  notebook_.when_tending = [] {
    WaitRequest wait_request;
    wait_request.silence = 2s;
    wait_request.time = 1h;
    return wait_request;
  };
  const Duration began = monotonic_now();
  EXPECT_TRUE(run_live(source, waiter_, notebook_));
  EXPECT_GE(monotonic_now() - began, 40ms);
  EXPECT_LT(monotonic_now() - began, 10min);
}

// A source with a descriptor is waited for by that, and by no time of its own.
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
  EXPECT_TRUE(run_live(source, waiter_, notebook_));
  EXPECT_TRUE(has_happened) << "it sleeps as long as nothing comes";
  EXPECT_EQ(notebook_.said, "silent 0. tend. ");
  later.join();
}

// More may be at hand, so it looks again at once.
TEST_F(LiveLoop, DoesNotWaitWhereFramesCame) {
  struct Patient : ScriptedSource {
    explicit Patient(std::deque<ScriptedRead> script)
        : ScriptedSource(std::move(script)) {}
    Duration time_until(Duration) const override { return 24h; }
  } source({{.frames = one_}, {.frames = two_}});
  const Duration began = monotonic_now();
  EXPECT_TRUE(run_live(source, waiter_, notebook_));
  EXPECT_LT(monotonic_now() - began, 10min);
  EXPECT_EQ(notebook_.said, "take 1. tend. take 2. tend. ");
}

}  // namespace
}  // namespace flowtell
