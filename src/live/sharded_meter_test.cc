// SPDX-License-Identifier: Apache-2.0
//
// A single FlowMeter is the reference: same bursts per device, same ledger.
#include "live/sharded_meter.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <future>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "base/random.h"
#include "flow/flow_meter.h"
#include "support/dns_bytes.h"
#include "support/flow_words.h"

namespace flowtell {
namespace {

std::string device_name(std::uint32_t number) {
  return fmt::format("192.168.12.{}", 100 + number);
}

// A random frame of a home network with a few phones. Phones ask the gateway
// for names and talk to servers, to each other, and in fragments; other hosts
// talk through it; some frames are not IP.
TestFrame any_frame(Random& random, Timestamp now) {
  const std::string phone = device_name(random.below(6));
  const auto port = static_cast<Port>(40000 + random.below(4));
  const bool there = random.below(2) == 0;
  const auto talk = [&](const std::string& near, const std::string& far,
                        Port far_port, bool is_tcp) {
    FrameBuilder built = frame().ethernet();
    built.ipv4(there ? near : far, there ? far : near);
    const Port from = there ? port : far_port;
    const Port to = there ? far_port : port;
    if (is_tcp) {
      built.tcp(from, to, random.below(4) == 0 ? kTcpSyn : kTcpAck);
    } else {
      built.udp(from, to);
    }
    return built.payload(random.below(200)).at(now);
  };
  switch (random.below(9)) {
    case 0:
      return frame().ethernet().ether_type(0x0806).payload(28).at(now);
    case 1:
      return frame()
          .ethernet()
          .ipv4("192.168.12.1", phone)
          .udp(53, port)
          .payload(dns()
                       .asks("www.example.org")
                       .v4("www.example.org", "203.0.113.5")
                       .bytes())
          .at(now);
    case 2:
      return talk(phone, "192.168.12.1", 53, false);
    case 3:
      return talk(phone, device_name(random.below(6)), 40001, true);
    case 4:
      return talk("198.51.100.1", "203.0.113.9", 40002, true);
    case 5:
      return frame()
          .ethernet()
          .ipv4("203.0.113.5", phone)
          .fragment({.identification = random.below(3),
                     .offset = static_cast<std::uint16_t>(random.below(2) * 8),
                     .more = true})
          .udp(443, port)
          .payload(56)
          .at(now);
    default:
      return talk(phone, "203.0.113.5", 443, random.below(2) == 0);
  }
}

// A step forward or a pause; sometimes a late frame, rarely a clock set back.
Duration any_step(Random& random) {
  const std::uint32_t kind = random.below(400);
  if (kind == 0) return -1min;
  if (kind < 10) return -300ms;
  if (kind < 30) return 1ms * random.below(3000);
  return 1us * random.below(20'000);
}

std::vector<TestFrame> some_frames(std::uint64_t seed, int count) {
  Random random(seed);
  std::vector<TestFrame> frames;
  Timestamp now = kTestStart;
  for (int i = 0; i < count; ++i) {
    now += any_step(random);
    frames.push_back(any_frame(random, now));
  }
  return frames;
}

using BurstsOf = std::map<std::string, std::string>;

// The bursts of each device in order, as text.
BurstsOf by_device(const FlowCollector& collector) {
  BurstsOf bursts;
  std::size_t flow = 0;
  for (const std::size_t end : collector.burst_ends) {
    std::string& words = bursts[collector.flows[flow].device.text()];
    for (; flow < end; ++flow) {
      const CollectedFlow& each = collector.flows[flow];
      words += fmt::format("{} {:x} {} ", each.server, each.device_station,
                           each.host) +
               flow_text(each.burst, {each.device, each.device_port},
                         {each.remote, each.remote_port}, each.protocol,
                         each.records);
    }
    words += "end of burst\n";
  }
  return bursts;
}

std::string flow_text(const MeterReport& report) {
  std::string words;
  for (const LedgerHeading& heading : kLedgerHeadings) {
    words +=
        fmt::format("{} {}, ", heading.name, report.ledger.of(heading.outcome));
  }
  return words + fmt::format(
                     "{} frames, {} flows, {} late, {} steps, {} links, {} to "
                     "{}, {} early",
                     report.frames, report.flows, report.late_frames,
                     report.clock_steps, report.links.size(),
                     seconds_text(*report.first - kTestStart, 9),
                     seconds_text(*report.last - kTestStart, 9),
                     report.bursts_ended_early);
}

struct MeteredResult {
  BurstsOf bursts;
  std::string report;
};

FlowOptions options() {
  FlowOptions options;
  options.names = true;
  options.burst_limit = 3s;
  return options;
}

MeteredResult by_one_meter(const std::vector<TestFrame>& frames) {
  FlowCollector got;
  FlowMeter meter(options(), got);
  for (const TestFrame& frame : frames) meter.add(frame.view());
  meter.finish();
  return {by_device(got), flow_text(meter.report())};
}

struct ShardSinks {
  explicit ShardSinks(std::size_t count) : collectors(count) {
    for (FlowCollector& collector : collectors) sinks.push_back(&collector);
  }
  // The bursts of all shards. REQUIRES: the meter has finished.
  BurstsOf bursts() const {
    BurstsOf all;
    for (const FlowCollector& collector : collectors) {
      for (const auto& [device, words] : by_device(collector)) {
        EXPECT_TRUE(all.emplace(device, words).second)
            << device << " has bursts in two shards";
      }
    }
    return all;
  }
  std::vector<FlowCollector> collectors;
  std::vector<FlowSink*> sinks;
};

MeteredResult by_shards(const std::vector<TestFrame>& frames,
                        std::size_t shards, std::uint64_t seed) {
  Random random(seed);
  ShardSinks sinks(shards);
  ShardedMeter sharded_meter(options(), sinks.sinks);
  for (const TestFrame& frame : frames) {
    sharded_meter.add(frame.view());
    if (random.below(20) == 0) sharded_meter.note_silence(Duration{});
    if (random.below(500) == 0) sharded_meter.wait_until_idle();
  }
  sharded_meter.finish();
  return {sinks.bursts(), flow_text(sharded_meter.report())};
}

TEST(ShardedMeter, FindsTheBurstsOfOneMeter) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto frames = some_frames(seed, 4000);
    const MeteredResult expected = by_one_meter(frames);
    EXPECT_GT(expected.bursts.size(), 6u);
    EXPECT_NE(expected.bursts.at(device_name(0)).find("www.example.org"),
              std::string::npos)
        << "with names from the gateway's DNS answers";
    for (const std::size_t shards : {1u, 2u, 3u, 7u}) {
      const MeteredResult got = by_shards(frames, shards, seed);
      ASSERT_EQ(got.bursts, expected.bursts) << shards << " shards, " << seed;
      ASSERT_EQ(got.report, expected.report) << shards << " shards, " << seed;
    }
  }
}

// With two shards no device is split, and both have flows.
TEST(ShardedMeter, DistributesDevices) {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 2000; ++i) {
    frames.push_back(frame()
                         .ethernet()
                         .ipv4(fmt::format("10.0.{}.{}", i % 200, i % 7))
                         .udp()
                         .payload(10)
                         .at(kTestStart + i * 1ms));
  }
  ShardSinks sinks(2);
  ShardedMeter sharded_meter({}, sinks.sinks);
  for (const TestFrame& frame : frames) sharded_meter.add(frame.view());
  sharded_meter.finish();
  sinks.bursts();
  for (const FlowCollector& collector : sinks.collectors) {
    EXPECT_GT(collector.flows.size(), 100u);
  }
}

// A shard's bursts must end although only other shards, or none, get frames.
TEST(ShardedMeter, EndsBurstsBySilenceInTime) {
  ShardSinks sinks(4);
  ShardedMeter sharded_meter({}, sinks.sinks);
  std::size_t flows = 0;
  for (std::uint32_t device = 0; device < 40; ++device) {
    sharded_meter.add(frame()
                          .ethernet()
                          .ipv4(device_name(device))
                          .udp()
                          .at(kTestStart + device * 20ms)
                          .build()
                          .view());
  }
  const auto ended = [&] {
    sharded_meter.wait_until_idle();
    flows = 0;
    for (const FlowCollector& collector : sinks.collectors) {
      flows += collector.flows.size();
    }
    return flows;
  };
  // The last came after 780 ms.
  sharded_meter.note_silence(200ms);
  EXPECT_EQ(ended(), 0u);
  EXPECT_EQ(sharded_meter.progress().open_flows, 40u);
  EXPECT_EQ(sharded_meter.progress().frames, 40u);
  Duration silence{200ms};
  int wake_ups = 0;
  while (const auto next = sharded_meter.next_end()) {
    ASSERT_GT(*next, silence);
    ASSERT_LE(*next, silence + 10ms);
    silence = *next + 1ns;
    sharded_meter.note_silence(silence);
    const auto over = static_cast<std::size_t>(
        std::clamp<std::int64_t>((silence - 220ms) / 20ms, 0, 40));
    ASSERT_GE(ended() + 1, over) << seconds_text(silence, 3);
    ++wake_ups;
  }
  EXPECT_EQ(ended(), 40u);
  EXPECT_LT(silence, 1s + 30ms) << "no further wake-up is needed";
  EXPECT_LT(wake_ups, 100);
  sharded_meter.finish();
}

// Frames are handed over in blocks; a block shows in progress() once the shard
// has metered it.
class ShardBlocks : public testing::Test {
 protected:
  // Adds a frame of a new flow of the one device, at this time.
  void add(Duration after, std::size_t payload = 0) {
    sharded_meter_.add(frame()
                           .ethernet()
                           .ipv4(device_name(1))
                           .udp(++port_, 443)
                           .payload(payload)
                           .at(kTestStart + after)
                           .build()
                           .view());
  }
  std::size_t handed_over() {
    sharded_meter_.wait_until_idle();
    return sharded_meter_.progress().open_flows;
  }

  ShardSinks sinks_{2};
  ShardedMeter sharded_meter_{options(), sinks_.sinks};
  Port port_ = 1000;
};

TEST_F(ShardBlocks, AreHandedOverEveryTwoMilliseconds) {
  add(0ms);
  add(2ms - 1ns);
  EXPECT_EQ(handed_over(), 0u);
  add(2ms);
  EXPECT_EQ(handed_over(), 2u) << "the frames before it";
  add(2ms + 1us);
  add(4ms - 1ns);
  EXPECT_EQ(handed_over(), 2u);
  add(4ms);
  EXPECT_EQ(handed_over(), 5u);
  sharded_meter_.note_silence(0ms);
  EXPECT_EQ(handed_over(), 6u) << "a silence flushes all blocks";
}

TEST_F(ShardBlocks, AreHandedOverAtTheFrameLimit) {
  for (int i = 1; i < 512; ++i) add(0ms);
  EXPECT_EQ(handed_over(), 0u);
  add(0ms);
  EXPECT_EQ(handed_over(), 512u);
}

TEST_F(ShardBlocks, AreHandedOverAtTheByteLimitOfPayload) {
  constexpr std::size_t kQuarter = std::size_t{64} << 10;
  for (int i = 0; i < 4; ++i) add(0ms, kQuarter - 1 - 1000);
  EXPECT_EQ(handed_over(), 0u);
  add(0ms, 4 * 1001 - 1);
  EXPECT_EQ(handed_over(), 0u) << "one byte is missing";
  add(0ms, 1);
  EXPECT_EQ(handed_over(), 6u);
}

TEST_F(ShardBlocks, MakeTheDescriptorReadableWhenProcessed) {
  const auto is_readable = [&] {
    pollfd watched{sharded_meter_.progress_descriptor(), POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
  };
  add(0ms);
  EXPECT_FALSE(is_readable());
  sharded_meter_.note_silence(0ms);
  pollfd watched{sharded_meter_.progress_descriptor(), POLLIN, 0};
  EXPECT_EQ(::poll(&watched, 1, 10'000), 1);
  sharded_meter_.wait_until_idle();
  sharded_meter_.clear_progress();
  EXPECT_FALSE(is_readable());
  sharded_meter_.clear_progress();  // nothing to clear
  EXPECT_FALSE(is_readable());
}

// While one block delivers many flows, their lines are written.
TEST(ShardedMeterFinish, CallsMeanwhileBeforeAllFlowsAreDelivered) {
  class WaitingSink : public FlowSink {
   public:
    void take(const Flow&) override {
      if (++flows == 300) {
        EXPECT_EQ(is_called.get_future().wait_for(std::chrono::seconds(20)),
                  std::future_status::ready);
      }
    }
    std::promise<void> is_called;
    int flows = 0;
  } sink;
  const std::vector<FlowSink*> sinks = {&sink,
                                        &sink};  // one device: one is used
  ShardedMeter sharded_meter({}, sinks);
  for (int i = 0; i < 400; ++i) {
    sharded_meter.add(frame()
                          .ethernet()
                          .ipv4(device_name(1))
                          .udp(static_cast<Port>(1000 + i), 443)
                          .at(kTestStart)
                          .build()
                          .view());
  }
  bool is_first = true;
  sharded_meter.finish([&] {
    if (std::exchange(is_first, false)) sink.is_called.set_value();
  });
  EXPECT_EQ(sink.flows, 400);
}

// Without names the payload is not looked at, so it does not fill blocks.
TEST(ShardsWithoutNames, HoldNoPayload) {
  ShardSinks sinks(2);
  ShardedMeter sharded_meter({}, sinks.sinks);
  for (int i = 0; i < 20; ++i) {
    sharded_meter.add(frame()
                          .ethernet()
                          .ipv4(device_name(1))
                          .udp(static_cast<Port>(1000 + i), 443)
                          .payload(60'000)
                          .at(kTestStart)
                          .build()
                          .view());
  }
  sharded_meter.wait_until_idle();
  EXPECT_EQ(sharded_meter.progress().open_flows, 0u);
  sharded_meter.finish();
  EXPECT_EQ(sharded_meter.report().flows, 20u);
}

TEST(ShardLimits, DivideTheLimitsOfOneMeter) {
  FlowOptions options;
  options.max_flows = 40;
  ShardSinks sinks(2);
  ShardedMeter sharded_meter(options, sinks.sinks);
  for (Port port = 0; port < 30; ++port) {
    sharded_meter.add(
        frame().ethernet().ipv4(device_name(1)).udp(port, 443).build().view());
  }
  sharded_meter.finish();
  EXPECT_EQ(sharded_meter.report().flows, 30u);
  EXPECT_EQ(sharded_meter.report().bursts_ended_early, 1u)
      << "20 flows for each of two shards";
}

std::ptrdiff_t threads() {
  return std::ranges::distance(
      std::filesystem::directory_iterator("/proc/self/task"));
}

// The number of threads once it stays the same: the kernel removes joined
// threads of earlier tests with a delay.
std::ptrdiff_t settled_threads() {
  std::ptrdiff_t count = threads();
  for (int same = 0; same < 20;) {
    std::this_thread::sleep_for(1ms);
    const std::ptrdiff_t now = threads();
    same = now == count ? same + 1 : 0;
    count = now;
  }
  return count;
}

TEST(ShardedMeter, DropsUnfinishedWork) {
  std::thread([] {
  }).join();  // the first thread makes ThreadSanitizer start its own
  const std::ptrdiff_t before = settled_threads();
  ShardSinks sinks(3);
  {
    ShardedMeter sharded_meter({}, sinks.sinks);
    EXPECT_EQ(threads(), before + 3);
    for (std::uint32_t device = 0; device < 50; ++device) {
      const TestFrame one = frame().ethernet().ipv4(device_name(device)).udp();
      sharded_meter.add(one.view());
    }
  }
  for (const FlowCollector& collector : sinks.collectors) {
    EXPECT_TRUE(collector.flows.empty()) << "no burst had ended";
  }
  EXPECT_EQ(settled_threads(), before);
}

// The reader waits instead of queueing more blocks.
TEST(ShardedMeter, WaitsForASlowShard) {
  struct Slow : FlowSink {
    void take(const Flow&) override {
      ++flows;
      if (flows < 20) std::this_thread::sleep_for(10ms);
    }
    int flows = 0;
  };
  std::array<Slow, 2> slow;
  const std::array<FlowSink*, 2> sinks = {&slow[0], &slow[1]};
  FlowOptions options;
  options.max_flows = 4;
  ShardedMeter sharded_meter(options, sinks);
  constexpr int kFrames = 40'000;
  for (int i = 0; i < kFrames; ++i) {
    sharded_meter.add(frame()
                          .ethernet()
                          .ipv4(device_name(static_cast<std::uint32_t>(i % 50)))
                          .udp()
                          .at(kTestStart + i * 1us)
                          .build()
                          .view());
  }
  sharded_meter.finish();
  const MeterReport report = sharded_meter.report();
  EXPECT_EQ(report.frames, std::uint64_t{kFrames});
  EXPECT_EQ(report.ledger.of(FrameOutcome::kUsed), std::uint64_t{kFrames});
  EXPECT_EQ(report.flows, static_cast<std::uint64_t>(slow[0].flows) +
                              static_cast<std::uint64_t>(slow[1].flows));
}

}  // namespace
}  // namespace flowtell
