// SPDX-License-Identifier: Apache-2.0
#include "capture/replay_source.h"

#include <gtest/gtest.h>

#include "capture/capture_file.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"

namespace flowtell {
namespace {

std::vector<TestFrame> frames_at(const std::vector<Duration>& times) {
  std::vector<TestFrame> frames;
  for (const Duration time : times) {
    frames.push_back(frame()
                         .ethernet()
                         .ipv4()
                         .udp()
                         .payload(frames.size())
                         .at(kTestStart + time));
  }
  return frames;
}

// A replay whose clock the test advances.
class Replay {
 public:
  explicit Replay(std::string bytes, double speed = 1)
      : bytes_(std::move(bytes)),
        source_(std::move(*open_capture(as_bytes(bytes_), "test")), speed,
                [this] { return now_; }) {}
  explicit Replay(const std::vector<Duration>& times, double speed = 1)
      : Replay(pcap_bytes(frames_at(times)), speed) {}

  Replay& after(Duration time) {
    now_ += time;
    return *this;
  }
  // Number of frames returned now.
  std::size_t read(std::size_t max_frames = 1000) {
    std::vector<Frame> batch(max_frames);
    return source_.read(batch);
  }
  ReplaySource& source() { return source_; }

 private:
  std::string bytes_;
  Duration now_ = 12345s;  // an arbitrary start
  ReplaySource source_;
};

TEST(ReplaySource, ReturnsEachFrameWhenDue) {
  Replay replay({0s, 10ms, 10ms, 2s});
  EXPECT_EQ(replay.read(), 1u) << "the first comes at once";
  EXPECT_EQ(replay.read(), 0u);
  EXPECT_EQ(replay.after(10ms - 1ns).read(), 0u);
  EXPECT_EQ(replay.after(1ns).read(), 2u);
  EXPECT_EQ(replay.after(1s).read(), 0u);
  EXPECT_FALSE(replay.source().has_ended());
  EXPECT_EQ(replay.after(1s).read(), 1u);
}

TEST(ReplaySource, StartsAtTheFirstRead) {
  Replay replay({0s, 10ms});
  replay.after(1h);
  EXPECT_EQ(replay.read(), 1u);
  EXPECT_EQ(replay.after(10ms).read(), 1u);
}

TEST(ReplaySource, ReturnsOverdueFramesAtOnce) {
  Replay replay({0s, 10ms, 2s, 3s, 4s});
  EXPECT_EQ(replay.read(), 1u);
  replay.after(3s);
  EXPECT_EQ(replay.read(2), 2u);
  EXPECT_EQ(replay.read(2), 1u);
  EXPECT_EQ(replay.read(2), 0u);
}

TEST(ReplaySource, ReturnsFramesUnchanged) {
  const std::vector<TestFrame> frames = frames_at({0s, 1ms, 3ms});
  Replay replay(pcap_bytes(frames));
  std::array<Frame, 8> batch;
  ASSERT_EQ(replay.source().read(batch), 1u);
  ASSERT_EQ(replay.after(5ms).source().read(batch), 2u);
  EXPECT_EQ(as_text(batch[1].bytes), frames[2].bytes);
  EXPECT_EQ(batch[1].time, frames[2].time);
  EXPECT_EQ(batch[1].wire_length, frames[2].wire_length);
}

TEST(ReplaySource, ReturnsEveryFrameOfALongCapture) {
  std::vector<Duration> times;
  for (int i = 0; i < 500; ++i) times.push_back(i * 1ms);
  Replay replay(times);
  std::size_t count = 0;
  while (!replay.source().has_ended()) count += replay.after(7ms).read();
  EXPECT_EQ(count, 500u);
}

TEST(ReplaySource, ReplaysFasterAndSlower) {
  Replay fast({0s, 10s}, 100);
  EXPECT_EQ(fast.read(), 1u);
  EXPECT_EQ(fast.after(100ms - 1ns).read(), 0u);
  EXPECT_EQ(fast.after(1ns).read(), 1u);
  Replay slow({0s, 10s}, 0.5);
  EXPECT_EQ(slow.read(), 1u);
  EXPECT_EQ(slow.after(20s - 2ns).read(), 0u);
  EXPECT_EQ(slow.after(2ns).read(), 1u);
}

TEST(ReplaySource, MeasuresSilenceInCaptureTime) {
  Replay replay({0s, 10s}, 100);
  EXPECT_EQ(replay.source().silence(), 0s);
  replay.read();
  EXPECT_EQ(replay.source().silence(), 0s);
  EXPECT_EQ(replay.after(50ms).source().silence(), 5s);
  replay.after(60ms).read();
  EXPECT_EQ(replay.source().silence(), 1s) << "since the last frame was due";
}

TEST(ReplaySource, ReportsTheTimeUntilAFrameOrSilence) {
  Replay replay({0s, 10s});
  replay.read();
  EXPECT_EQ(replay.source().time_until(1s), 1s + 1ns);
  EXPECT_EQ(replay.source().time_until(1h), 10s) << "the next frame";
  EXPECT_EQ(replay.after(4s).source().time_until(1h), 6s);
  EXPECT_EQ(replay.source().time_until(1s), 0s) << "already exceeded";
  Replay fast({0s, 10s}, 100);
  fast.read();
  EXPECT_EQ(fast.source().time_until(1h), 100ms) << "in clock time";
}

TEST(ReplaySource, BoundsItsWaits) {
  constexpr Duration kMaxWait = Duration::max() / 2 - 1ns;
  Replay replay({0s});
  replay.read();
  EXPECT_EQ(replay.source().time_until(kMaxWait + 1ns), kMaxWait);
  Replay slow({0s}, 1e-6);
  slow.read();
  EXPECT_EQ(slow.source().time_until(kMaxWait + 1ns), kMaxWait);
}

// A caller that sleeps for the reported time finds a frame afterwards.
TEST(ReplaySource, ReportsWaitsThatEndWithAFrame) {
  for (const double speed : {1.0, 3.0, 0.37, 1000.0, 1e6}) {
    Replay replay({0s, 1ns, 10ms, 1s, 1h}, speed);
    std::size_t count = 0;
    int waits = 0;
    while (!replay.source().has_ended() && ++waits < 100) {
      count += replay.read();
      replay.after(replay.source().time_until(Duration::max() / 4) + 1ns);
    }
    EXPECT_EQ(count, 5u) << speed;
    EXPECT_LT(waits, 15) << speed;
  }
}

TEST(ReplaySource, ShiftsFallingTimesLikeTheMeter) {
  // Frames of a file come in order.
  Replay late({5s, 4500ms, 6s});
  EXPECT_EQ(late.read(), 1u);
  EXPECT_EQ(late.after(500ms).read(), 1u);
  EXPECT_EQ(late.after(1s).read(), 1u);
  // The recorder's clock was set back: gaps are kept.
  Replay set_back({5s, -60s, -58s});
  EXPECT_EQ(set_back.read(), 2u);
  EXPECT_EQ(set_back.after(2s - 1ns).read(), 0u);
  EXPECT_EQ(set_back.after(1ns).read(), 1u);
}

TEST(ReplaySource, EndsAtOnceWithoutFrames) {
  Replay replay(pcap_header());
  EXPECT_EQ(replay.source().link(), LinkType::kEthernet);
  EXPECT_FALSE(replay.source().has_ended());
  EXPECT_EQ(replay.read(), 0u);
  EXPECT_TRUE(replay.source().has_ended());
  EXPECT_EQ(replay.read(), 0u);
}

TEST(ReplaySource, EndsAfterItsLastFrame) {
  Replay replay({0s, 1s});
  EXPECT_EQ(replay.read(), 1u);
  EXPECT_EQ(replay.after(1s).read(), 1u);
  EXPECT_FALSE(replay.source().has_ended());
  EXPECT_EQ(replay.read(), 0u);
  EXPECT_TRUE(replay.source().has_ended());
}

TEST(ReplaySource, ReportsTheLinkTypeBeforeTheFirstRead) {
  PcapStyle cooked;
  cooked.link = LinkType::kLinuxSll;
  Replay replay(pcap_bytes({frame().linux_sll().ipv4().udp()}, cooked));
  EXPECT_EQ(replay.source().link(), LinkType::kLinuxSll);
  EXPECT_EQ(replay.read(), 1u) << "the look-ahead loses no frame";
}

TEST(ReplaySource, PassesOnDamage) {
  const std::string bytes = pcap_bytes(frames_at({0s, 1s}));
  Replay replay(bytes.substr(0, bytes.size() - 3));
  EXPECT_EQ(replay.read(), 1u);
  replay.after(5s).read();
  EXPECT_TRUE(replay.source().has_ended());
  ASSERT_TRUE(replay.source().damage());
  EXPECT_FALSE(replay.source().damage()->what.empty());
  Replay whole(bytes);
  while (!whole.source().has_ended()) whole.after(1s).read();
  EXPECT_FALSE(whole.source().damage());
}

TEST(ReplaySource, HasNoDescriptorAndDropsNothing) {
  Replay replay({0s});
  EXPECT_EQ(replay.source().descriptor(), -1);
  EXPECT_EQ(replay.source().dropped(), 0u);
  EXPECT_FALSE(replay.source().take_notice());
}

// Extreme times at the maximum speed.
TEST(ReplaySource, ReturnsAllFramesForExtremeTimes) {
  const PcapngInterface clock{.resolution = 9};
  std::vector<TestFrame> frames = {
      frame().ethernet().ipv4().udp().at(kTestStart)};
  for (int i = 0; i < 8; ++i) {
    frames.push_back(frame().ethernet().ipv4().udp().at(
        i % 2 == 0 ? kLatestTime : Timestamp{}));
  }
  Replay replay(pcapng_bytes(frames, clock), 1e6);
  std::size_t count = 0;
  for (int i = 0; i < 100 && !replay.source().has_ended(); ++i) {
    count += replay.read();
    EXPECT_GE(replay.source().silence(), 0s);
    const Duration wait = replay.source().time_until(Duration::max() / 2);
    EXPECT_GE(wait, 0s);
    replay.after(wait + 1ns);
  }
  EXPECT_EQ(count, frames.size());
  EXPECT_TRUE(replay.source().has_ended());
}

}  // namespace
}  // namespace flowtell
