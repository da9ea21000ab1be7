// SPDX-License-Identifier: Apache-2.0
#include "live/watch.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "capture/capture_file.h"
#include "capture/replay_source.h"
#include "support/app_captures.h"
#include "support/file_size_limit.h"
#include "support/flow_words.h"
#include "support/live_signals.h"
#include "support/pcap_bytes.h"
#include "support/read_back.h"
#include "support/scripted_source.h"

namespace flowtell {
namespace {

// Two phones that talk at once, and one of them again an hour later.
std::vector<TestFrame> some_frames() {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 40; ++i) {
    const char* device = i % 3 == 0 ? "192.168.12.101" : "192.168.12.100";
    const auto port = static_cast<Port>(40000 + i % 5);
    frames.push_back(frame()
                         .ethernet()
                         .ipv4(device)
                         .udp(port, 443)
                         .payload(static_cast<std::size_t>(i))
                         .at(kTestStart + i * i * 5ms));
  }
  frames.push_back(
      frame().ethernet().ether_type(0x0806).payload(28).at(kTestStart + 20s));
  frames.push_back(frame().ethernet().ipv4().tcp().at(kTestStart + 1h));
  return frames;
}

// The flows that `classify` finds.
std::string flows_of_file(const std::string& bytes) {
  auto source = open_capture(as_bytes(bytes), "test");
  FlowCollector got;
  FlowMeter meter({}, got);
  meter_all(**source, meter);
  return flow_text(got);
}

class Watching : public testing::Test {
 protected:
  Watch::Options options() {
    Watch::Options options;
    options.tick = [this] {
      ++ticks_;
      return Result<void>();
    };
    options.reload = [] { return Result<void>(); };
    options.notice = [this](const std::string& text) {
      notices_.push_back(text);
    };
    return options;
  }

  TemporaryFolder folder_;
  FlowCollector got_;
  int ticks_ = 0;
  std::vector<std::string> notices_;
};

// At random intervals between polls.
TEST_F(Watching, FindsTheFlowsOfAFile) {
  const std::string bytes = pcap_bytes(some_frames());
  const std::string expected = flows_of_file(bytes);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    Duration now{};
    ReplaySource source(std::move(*open_capture(as_bytes(bytes), "test")), 1,
                        [&] { return now; });
    FlowCollector got;
    Watch watch(options(), got);
    const std::uint32_t pace = seed % 3 == 0 ? 3000 : 400;  // ms, at most
    std::array<Frame, 4> batch;
    while (!source.has_ended()) {
      const Duration silence = source.silence();
      const std::size_t count = source.read(batch);
      if (count == 0) watch.note_silence(silence);
      ASSERT_TRUE(watch.take(std::span(batch).first(count)));
      now += 1ms * random.below(pace);
    }
    ASSERT_TRUE(watch.finish());
    ASSERT_EQ(flow_text(got), expected) << seed;
  }
}

TEST_F(Watching, FindsTheFlowsOfAFileThroughTheLoop) {
  const LiveSignals signals;
  auto waiter = LiveWaiter::make();
  ASSERT_TRUE(waiter);
  const std::string bytes = app_capture(MadeUpApp::kChat, 7);
  ReplaySource source(std::move(*open_capture(as_bytes(bytes), "test")), 1e4,
                      monotonic_now);
  Watch watch(options(), got_);
  ASSERT_TRUE(run_live(source, *waiter, watch));
  ASSERT_TRUE(watch.finish());
  EXPECT_EQ(flow_text(got_), flows_of_file(bytes));
}

TEST_F(Watching, EndsABurstByItsSilence) {
  Watch watch(options(), got_);
  const TestFrame one = frame().ethernet().ipv4().udp();
  ASSERT_TRUE(watch.take(std::vector{one.view()}));
  EXPECT_EQ(watch.poll()->silence, 1s);
  watch.note_silence(1s);
  EXPECT_TRUE(got_.flows.empty());
  watch.note_silence(1s + 1ns);
  EXPECT_EQ(got_.flows.size(), 1u);
  EXPECT_FALSE(watch.poll()->silence);
}

TEST_F(Watching, EndsOpenBurstsWhenItIsFinished) {
  Watch watch(options(), got_);
  const TestFrame one = frame().ethernet().ipv4().udp();
  ASSERT_TRUE(watch.take(std::vector{one.view()}));
  EXPECT_TRUE(got_.flows.empty());
  ASSERT_TRUE(watch.finish());
  EXPECT_EQ(got_.flows.size(), 1u);
  EXPECT_EQ(ticks_, 1);
}

TEST_F(Watching, IsNeverDoneByItselfAndRequestsTicks) {
  Watch::Options periodic = options();
  periodic.tick_every = 200ms;
  Watch watch(periodic, got_);
  const auto wait_request = watch.poll();
  EXPECT_FALSE(wait_request->is_done);
  EXPECT_EQ(wait_request->time, 200ms);
  EXPECT_EQ(ticks_, 1);
  Watch other(options(), got_);
  EXPECT_FALSE(other.poll()->time) << "it sleeps until an event";
}

TEST_F(Watching, FailsWithItsTick) {
  Watch::Options failing = options();
  failing.tick = []() -> Result<void> {
    return fail(ErrorKind::kNotWritable, "on fire");
  };
  Watch watch(failing, got_);
  EXPECT_FALSE(watch.poll());
  EXPECT_FALSE(watch.finish());
}

TEST_F(Watching, CountsTheBytesOnTheWire) {
  Watch watch(options(), got_);
  const TestFrame cut = frame().ethernet().ipv4().udp().payload(900).snap(60);
  ASSERT_TRUE(watch.take(std::vector{cut.view(), cut.view()}));
  EXPECT_EQ(watch.bytes(), 2u * (14 + 20 + 8 + 900));
}

TEST_F(Watching, WritesEveryFrameToItsCapture) {
  auto writer = PcapWriter::create(folder_ / "kept.pcap", LinkType::kEthernet);
  ASSERT_TRUE(writer);
  Watch::Options keeping = options();
  keeping.writer = &*writer;
  Watch watch(keeping, got_);
  const std::vector<TestFrame> frames = some_frames();
  for (const TestFrame& frame : frames) {
    ASSERT_TRUE(watch.take(std::vector{frame.view()}));
  }
  ASSERT_TRUE(watch.finish());
  EXPECT_EQ(read_back(*read_file(folder_ / "kept.pcap")).frames, frames);
  EXPECT_FALSE(watch.has_lost_writer());
  EXPECT_TRUE(notices_.empty());
}

TEST_F(Watching, ContinuesIfItsCaptureCannotBeWritten) {
  auto writer = PcapWriter::create(folder_ / "kept.pcap", LinkType::kEthernet);
  ASSERT_TRUE(writer);
  Watch::Options keeping = options();
  keeping.writer = &*writer;
  Watch watch(keeping, got_);
  const TestFrame one = frame().ethernet().ipv4().udp().payload(100);
  const TestFrame two = frame().ethernet().ipv4().udp().payload(101);
  {
    const FileSizeLimit full(100);
    ASSERT_TRUE(watch.take(std::vector{one.view()}));
    ASSERT_TRUE(watch.poll());
    ASSERT_TRUE(watch.take(std::vector{two.view()}));
    ASSERT_TRUE(watch.finish());
  }
  EXPECT_TRUE(watch.has_lost_writer());
  ASSERT_EQ(notices_.size(), 1u) << "once";
  EXPECT_TRUE(notices_[0].starts_with("cannot continue writing "))
      << notices_[0];
  EXPECT_TRUE(notices_[0].ends_with("; the watch goes on")) << notices_[0];
  ASSERT_EQ(got_.flows.size(), 1u);
  EXPECT_EQ(got_.flows[0].sent.packets, 2u);
}

TEST_F(Watching, ContinuesIfTheLinkTypeChanges) {
  auto writer = PcapWriter::create(folder_ / "kept.pcap", LinkType::kEthernet);
  ASSERT_TRUE(writer);
  Watch::Options keeping = options();
  keeping.writer = &*writer;
  Watch watch(keeping, got_);
  const TestFrame one = frame().ethernet().ipv4().udp();
  const TestFrame other = frame().raw().ipv4().udp().payload(100);
  const TestFrame last = frame().ethernet().ipv4().udp().payload(101);
  ASSERT_TRUE(watch.take(std::vector{one.view(), other.view(), last.view()}));
  ASSERT_TRUE(watch.finish());
  EXPECT_TRUE(watch.has_lost_writer());
  ASSERT_EQ(notices_.size(), 1u);
  EXPECT_NE(notices_[0].find("one link type"), std::string::npos);
  EXPECT_EQ(got_.flows.at(0).sent.packets, 3u);
}

TEST_F(Watching, ForwardsNoticesAndReloads) {
  int reloads = 0;
  Watch::Options reloading = options();
  reloading.reload = [&] {
    ++reloads;
    return Result<void>();
  };
  Watch watch(reloading, got_);
  watch.notice("eth1 is gone");
  EXPECT_TRUE(watch.reload());
  EXPECT_EQ(notices_, std::vector<std::string>{"eth1 is gone"});
  EXPECT_EQ(reloads, 1);
}

}  // namespace
}  // namespace flowtell
