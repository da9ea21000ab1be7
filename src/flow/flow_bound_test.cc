// SPDX-License-Identifier: Apache-2.0
//
// Tests of the flow table's memory bound and of what it ends early.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

FlowOptions at_most(std::size_t flows, FlowKey key = FlowKey::kFiveTuple) {
  FlowOptions options;
  options.max_flows = flows;
  options.key = key;
  return options;
}

struct Bounded {
  FlowCollector got;
  std::uint64_t ended_early = 0;
  std::size_t peak_open = 0;
};

template <typename Packets>
Bounded run(const Packets& packets, const FlowOptions& options) {
  Bounded run;
  FlowTable table(options, run.got);
  for (const Packet& packet : packets) {
    table.add(packet);
    run.peak_open = std::max(run.peak_open, table.open_flows());
  }
  run.ended_early = table.bursts_ended_early();
  table.finish();
  return run;
}

PacketSequence from_device(PacketSequence story, int device, Port port) {
  return story.near(fmt::format("10.0.0.{}", device), port).data(1);
}

TEST(FlowBound, HasNoEffectWhileThereIsRoom) {
  PacketSequence story;
  for (Port port = 0; port < 10; ++port) story = from_device(story, 1, port);
  const Bounded bounded = run(story, at_most(10));
  EXPECT_EQ(bounded.ended_early, 0u);
  EXPECT_EQ(bounded.got.burst_ends.size(), 1u);
}

TEST(FlowBound, EndsTheBurstIdleLongest) {
  PacketSequence story;
  for (const int device : {1, 2, 3, 4, 5, 1, 6}) {
    story = from_device(story, device, 1).after(1ms);
  }
  EXPECT_EQ(run(story, at_most(6)).ended_early, 0u);
  const Bounded bounded = run(from_device(story, 7, 1), at_most(6));
  EXPECT_EQ(bounded.ended_early, 1u);
  EXPECT_EQ(bounded.got.flows[0].device.text(), "10.0.0.2");
}

TEST(FlowBound, EndsTheBurstOfTheDeviceThatFillsTheTable) {
  PacketSequence story = from_device(packets(), 1, 1);
  for (Port port = 0; port < 15; ++port) {
    story = from_device(story.after(1ms), 2, port);
  }
  const Bounded bounded = run(story, at_most(10));
  EXPECT_EQ(bounded.ended_early, 1u);
  // The quiet device's burst is not ended early.
  EXPECT_EQ(bounded.got.burst_ends, (std::vector<std::size_t>{9, 10, 16}));
  EXPECT_EQ(bounded.got.flows[9].device.text(), "10.0.0.1");
}

// Of the devices with the most packets, the first to have had so many.
TEST(FlowBound, EndsTheFirstOfSeveralLargestDevices) {
  PacketSequence story;
  for (const auto& [device, count] :
       std::vector<std::pair<int, int>>{{1, 10}, {2, 20}, {3, 20}, {4, 15}}) {
    for (int i = 0; i < count; ++i) story = from_device(story, device, 1);
  }
  const Bounded bounded = run(story, at_most(4));
  EXPECT_EQ(bounded.ended_early, 1u);
  EXPECT_EQ(bounded.got.flows[0].device.text(), "10.0.0.2");
}

// The packets of at most one burst limit are held.
TEST(FlowBound, HoldsLittleOfADeviceThatIsNeverSilent) {
  FlowOptions options;
  options.early_silence = 1s;
  FlowCollector got;
  FlowTable table(options, got);
  std::size_t after_a_minute = 0;
  PacketSequence story;
  for (int i = 0; i < 36'000; ++i) story.data(1).after(100ms);
  for (const Packet& packet : story) {
    table.add(packet);
    if (packet.time == kTestStart + 1min) after_a_minute = table.memory();
  }
  EXPECT_EQ(table.memory(), after_a_minute);
  EXPECT_LT(table.memory(), 1'000'000u);
  EXPECT_EQ(got.burst_ends.size(), 119u);
}

TEST(FlowBound, LimitsPacketsToo) {
  PacketSequence story;
  for (int i = 0; i < 1000; ++i) story.data(1);
  const Bounded bounded = run(story, at_most(2));
  EXPECT_EQ(bounded.ended_early + 1, bounded.got.burst_ends.size());
  EXPECT_GE(bounded.ended_early, 1000u / 32);
  for (const CollectedFlow& flow : bounded.got.flows) {
    EXPECT_LE(flow.records.size(), 32u);
  }
}

// 2^28 flows allow 2^32 packets, which is 0 in 32 bits.
TEST(FlowBound, MayExceedAnyMemory) {
  const Bounded bounded = run(from_device(packets(), 1, 1), at_most(1u << 28));
  EXPECT_EQ(bounded.ended_early, 0u);
  EXPECT_EQ(bounded.got.flows.size(), 1u);
}

TEST(FlowBound, TreatsZeroAsOne) {
  const PacketSequence two = from_device(from_device(packets(), 1, 1), 1, 2);
  const Bounded bounded = run(two, at_most(0));
  EXPECT_EQ(bounded.got.flows.size(), 2u);
  EXPECT_EQ(bounded.peak_open, 1u);
}

TEST(FlowBound, DoesNotLimitAnOpenFlow) {
  const Bounded bounded = run(packets().data(1).reply(2).data(3), at_most(1));
  EXPECT_EQ(bounded.got.flows.size(), 1u);
  EXPECT_EQ(bounded.ended_early, 0u);
}

TEST(FlowBound, LosesNoPacketAndCountsEveryBurstEndedEarly) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    PacketSequence story;
    for (int i = 0; i < 400; ++i) {
      story.near(fmt::format("10.0.0.{}", random.below(6)),
                 static_cast<Port>(random.below(9)));
      story.far("203.0.113.5", static_cast<Port>(random.below(3)));
      story.after(random.below(300) * 1ms);
      random.below(2) == 0 ? story.data(1) : story.reply(1);
    }
    const FlowOptions options =
        at_most(1 + random.below(12), static_cast<FlowKey>(seed % 3));
    const Bounded bounded = run(story, options);
    EXPECT_LE(bounded.peak_open, options.max_flows);
    std::size_t packets = 0;
    for (const CollectedFlow& flow : bounded.got.flows) {
      packets += flow.records.size();
      ASSERT_EQ(flow.records.size(), flow.sent.packets + flow.received.packets);
    }
    EXPECT_EQ(packets, story.size());
    const FlowCollector unbounded = collect(story, at_most(1000, options.key));
    EXPECT_LE(bounded.got.burst_ends.size(),
              unbounded.burst_ends.size() + bounded.ended_early);
    EXPECT_GE(bounded.got.burst_ends.size(), unbounded.burst_ends.size());
  }
}

TEST(FlowBound, KeepsTwiceAsManyPairsAsFlows) {
  const auto strangers = [](PacketSequence story, int number) {
    return story.near(fmt::format("198.51.100.{}", number), 40000)
        .far(fmt::format("203.0.113.{}", number), 50000);
  };
  PacketSequence story;
  for (int i = 1; i <= 8; ++i) story = strangers(story, i).data(1).after(2s);
  const Bounded kept = run(strangers(story, 2).reply(1), at_most(4));
  EXPECT_EQ(kept.got.flows.back().received.packets, 1u);
  const Bounded evicted = run(
      strangers(strangers(story, 9).data(1).after(2s), 1).reply(1), at_most(4));
  EXPECT_EQ(evicted.got.flows.back().sent.packets, 1u);
}

// A thousandth of all open flows is a large share. Below it the burst idle
// longest is ended.
TEST(FlowBound, TreatsAThousandthAsALargeShare) {
  constexpr std::size_t kMax = 2000;
  const auto first_ended = [](Port flows_of_one) {
    FlowCollector got;
    FlowTable table(at_most(kMax), got);
    Packet packet{};
    packet.time = kTestStart;
    packet.destination = test_address("203.0.113.5");
    packet.protocol = Protocol::kUdp;
    packet.length = 60;
    const auto add = [&](int device, Port port) {
      packet.source = test_address(
          fmt::format("10.0.{}.{}", device / 250, 1 + device % 250));
      packet.source_port = port;
      table.add(packet);
    };
    add(0, 1);  // idle longest
    for (Port port = 1; port <= flows_of_one; ++port) add(1, port);
    for (int device = 2; table.open_flows() < kMax; ++device) add(device, 1);
    add(3000, 1);
    return got.flows.at(0).device.text();
  };
  EXPECT_EQ(first_ended(1), "10.0.0.1");
  EXPECT_EQ(first_ended(2), "10.0.0.2");
}

TEST(FlowBound, EndsTheBurstOfTheDeviceWithMostPackets) {
  PacketSequence story = from_device(packets(), 1, 1);
  story.near("10.0.0.2", 1);
  for (int i = 0; i < 100; ++i) story.after(1ms).data(1);
  const Bounded bounded = run(story, at_most(3));
  ASSERT_GE(bounded.ended_early, 2u);
  for (std::size_t i = 0; i < bounded.ended_early; ++i) {
    EXPECT_EQ(bounded.got.flows[i].device.text(), "10.0.0.2");
  }
}

// Sixteen packets per flow; the first packet takes a chunk of four records.
TEST(FlowBound, AllowsSixteenPacketsPerFlow) {
  PacketSequence story;
  for (int i = 0; i < 61; ++i) story.data(1);
  EXPECT_EQ(run(story, at_most(4)).ended_early, 0u);
  EXPECT_EQ(run(story.data(1), at_most(4)).ended_early, 1u);
}

TEST(FlowBound, ReportsThePeakOfOpenFlows) {
  FlowCollector got;
  FlowTable table(at_most(100), got);
  EXPECT_EQ(table.peak_open_flows(), 0u);
  PacketSequence story;
  for (Port port = 0; port < 5; ++port) story = from_device(story, 1, port);
  story = from_device(story.after(3s), 1, 1);
  for (const Packet& packet : story) table.add(packet);
  EXPECT_EQ(table.open_flows(), 1u);
  EXPECT_EQ(table.peak_open_flows(), 5u);
}

// Evicting a pair whose flow is open ends its burst.
TEST(FlowBound, EndsTheBurstOfAnEvictedPair) {
  FlowOptions options = at_most(2, FlowKey::kRemoteHost);
  PacketSequence story;
  for (Port port = 1; port <= 4; ++port) story = from_device(story, 1, port);
  const Bounded fits = run(story, options);
  EXPECT_EQ(fits.ended_early, 0u) << "four pairs in one flow";
  EXPECT_EQ(fits.got.flows.size(), 1u);
  const Bounded beyond = run(from_device(story, 1, 5), options);
  EXPECT_EQ(beyond.ended_early, 1u);
  ASSERT_EQ(beyond.got.flows.size(), 2u);
  EXPECT_EQ(beyond.got.flows[0].records.size(), 4u);
  EXPECT_EQ(beyond.got.flows[1].records.size(), 1u);
}

}  // namespace
}  // namespace flowtell
