// SPDX-License-Identifier: Apache-2.0
//
// A crew's twin is one meter: the same bursts of each device, the same ledger.
#include "live/sharded_meter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "base/random.h"
#include "support/dns_bytes.h"
#include "support/flow_words.h"

namespace flowtell {
namespace {

std::string device_name(std::uint32_t number) {
  return fmt::format("192.168.12.{}", 100 + number);
}

// One moment of a house with a few phones: they ask the gateway for names and
// talk to servers, to each other, and in fragments; strangers talk through it;
// and there are frames of no use.
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

// A step forward or a pause; sometimes a late frame, seldom a clock set back.
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

// Each device's bursts, in their order, in words.
BurstsOf by_device(const FlowCollector& collector) {
  BurstsOf bursts;
  std::size_t flow = 0;
  for (const std::size_t end : collector.burst_ends) {
    std::string& words = bursts[collector.flows[flow].device.text()];
    for (; flow < end; ++flow) {
      const CollectedFlow& each = collector.flows[flow];
      words += each.server + ' ' +
               in_words(each.burst, {each.device, each.device_port},
                        {each.remote, each.remote_port}, each.protocol,
                        each.records);
    }
    words += "end of burst\n";
  }
  return bursts;
}

std::string in_words(const MeterReport& report) {
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

struct Outcome {
  BurstsOf bursts;
  std::string report;
};

FlowOptions options() {
  FlowOptions options;
  options.names = true;
  return options;
}

Outcome by_one_meter(const std::vector<TestFrame>& frames) {
  FlowCollector got;
  FlowMeter meter(options(), got);
  for (const TestFrame& frame : frames) meter.add(frame.view());
  meter.finish();
  return {by_device(got), in_words(meter.report())};
}

struct Hands {
  explicit Hands(std::size_t count) : collectors(count) {
    for (FlowCollector& collector : collectors) sinks.push_back(&collector);
  }
  // What all got. REQUIRES: the crew has finished.
  BurstsOf bursts() const {
    BurstsOf all;
    for (const FlowCollector& collector : collectors) {
      for (const auto& [device, words] : by_device(collector)) {
        EXPECT_TRUE(all.emplace(device, words).second)
            << device << " has bursts with two members";
      }
    }
    return all;
  }
  std::vector<FlowCollector> collectors;
  std::vector<FlowSink*> sinks;
};

Outcome by_crew(const std::vector<TestFrame>& frames, std::size_t members,
                std::uint64_t seed) {
  Random random(seed);
  Hands hands(members);
  ShardedMeter sharded_meter(options(), hands.sinks);
  for (const TestFrame& frame : frames) {
    sharded_meter.add(frame.view());
    if (random.below(20) == 0) sharded_meter.note_silence(Duration{});
    if (random.below(500) == 0) sharded_meter.rest();
  }
  sharded_meter.finish();
  return {hands.bursts(), in_words(sharded_meter.report())};
}

TEST(ShardedMeter, FindsTheBurstsThatOneMeterFinds) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto frames = some_frames(seed, 4000);
    const Outcome due = by_one_meter(frames);
    EXPECT_GT(due.bursts.size(), 6u);
    EXPECT_NE(due.bursts.at(device_name(0)).find("www.example.org"),
              std::string::npos)
        << "names told by the gateway are there";
    for (const std::size_t members : {1u, 2u, 3u, 7u}) {
      const Outcome got = by_crew(frames, members, seed);
      ASSERT_EQ(got.bursts, due.bursts) << members << " members, " << seed;
      ASSERT_EQ(got.report, due.report) << members << " members, " << seed;
    }
  }
}

// With two members no device is split, and both have work.
TEST(ShardedMeter, SharesDevicesOut) {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 2000; ++i) {
    frames.push_back(frame()
                         .ethernet()
                         .ipv4(fmt::format("10.0.{}.{}", i % 200, i % 7))
                         .udp()
                         .payload(10)
                         .at(kTestStart + i * 1ms));
  }
  Hands hands(2);
  ShardedMeter sharded_meter({}, hands.sinks);
  for (const TestFrame& frame : frames) sharded_meter.add(frame.view());
  sharded_meter.finish();
  hands.bursts();
  for (const FlowCollector& collector : hands.collectors) {
    EXPECT_GT(collector.flows.size(), 100u);
  }
}

// What one member has must end although only others get frames, and although
// none gets any.
TEST(ShardedMeter, EndsBurstsBySilenceInGoodTime) {
  Hands hands(4);
  ShardedMeter sharded_meter({}, hands.sinks);
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
    sharded_meter.rest();
    flows = 0;
    for (const FlowCollector& collector : hands.collectors) {
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
  int reported = 0;
  while (const auto next = sharded_meter.next_end()) {
    ASSERT_GT(*next, silence);
    ASSERT_LE(*next, silence + 10ms);
    silence = *next + 1ns;
    sharded_meter.note_silence(silence);
    const auto over = static_cast<std::size_t>(
        std::clamp<std::int64_t>((silence - 220ms) / 20ms, 0, 40));
    ASSERT_GE(ended() + 1, over) << seconds_text(silence, 3);
    ++reported;
  }
  EXPECT_EQ(ended(), 40u);
  EXPECT_LT(silence, 1s + 30ms) << "then nobody has to be woken";
  EXPECT_LT(reported, 100);
  sharded_meter.finish();
}

// Frames go over in blocks: what is on its way to a member shows in its flows
// once it has done that.
class CrewBlocks : public testing::Test {
 protected:
  // A frame of another flow of the one device, after so much time.
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
    sharded_meter_.rest();
    return sharded_meter_.progress().open_flows;
  }

  Hands hands_{2};
  ShardedMeter sharded_meter_{{}, hands_.sinks};
  Port port_ = 1000;
};

TEST_F(CrewBlocks, GoOverEveryTwoMilliseconds) {
  add(0ms);
  add(2ms - 1ns);
  EXPECT_EQ(handed_over(), 0u);
  add(2ms);
  EXPECT_EQ(handed_over(), 2u) << "those before it";
  add(2ms + 1us);
  add(4ms - 1ns);
  EXPECT_EQ(handed_over(), 2u);
  add(4ms);
  EXPECT_EQ(handed_over(), 5u);
  sharded_meter_.note_silence(0ms);
  EXPECT_EQ(handed_over(), 6u) << "all of it in a silence";
}

TEST_F(CrewBlocks, GoOverWhenTheyHoldSoManyFrames) {
  for (int i = 1; i < 512; ++i) add(0ms);
  EXPECT_EQ(handed_over(), 0u);
  add(0ms);
  EXPECT_EQ(handed_over(), 512u);
}

TEST_F(CrewBlocks, GoOverWhenTheyHoldSoManyBytes) {
  constexpr std::size_t kHeaders = 14 + 20 + 8;
  constexpr std::size_t kQuarter = std::size_t{64} << 10;
  for (int i = 0; i < 4; ++i) add(0ms, kQuarter - kHeaders - 1 - 1000);
  EXPECT_EQ(handed_over(), 0u);
  add(0ms, 4 * 1001 - kHeaders - 1);
  EXPECT_EQ(handed_over(), 0u) << "one byte is missing";
  add(0ms);
  EXPECT_EQ(handed_over(), 6u);
}

TEST(CrewShares, AreThoseOfOneMeterAmongAll) {
  FlowOptions options;
  options.max_flows = 40;
  Hands hands(2);
  ShardedMeter sharded_meter(options, hands.sinks);
  for (Port port = 0; port < 30; ++port) {
    sharded_meter.add(
        frame().ethernet().ipv4(device_name(1)).udp(port, 443).build().view());
  }
  sharded_meter.finish();
  EXPECT_EQ(sharded_meter.report().flows, 30u);
  EXPECT_EQ(sharded_meter.report().bursts_ended_early, 1u)
      << "20 flows for each of two";
}

std::ptrdiff_t threads() {
  return std::ranges::distance(
      std::filesystem::directory_iterator("/proc/self/task"));
}

TEST(ShardedMeter, GivesUpWhatIsNotFinished) {
  std::thread([] {
  }).join();  // with the first one ThreadSanitizer starts its own
  const std::ptrdiff_t before = threads();
  Hands hands(3);
  {
    ShardedMeter sharded_meter({}, hands.sinks);
    EXPECT_EQ(threads(), before + 3);
    for (std::uint32_t device = 0; device < 50; ++device) {
      const TestFrame one = frame().ethernet().ipv4(device_name(device)).udp();
      sharded_meter.add(one.view());
    }
  }
  for (const FlowCollector& collector : hands.collectors) {
    EXPECT_TRUE(collector.flows.empty()) << "no burst was over";
  }
  // The system takes a moment to forget a thread that was joined.
  for (int i = 0; i < 1000 && threads() > before; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(threads(), before);
}

// The reader waits rather than let blocks pile up.
TEST(ShardedMeter, WaitsForAMemberThatCannotKeepUp) {
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
