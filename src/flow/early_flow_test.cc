// SPDX-License-Identifier: Apache-2.0
//
// Tests of flows that are delivered before they end, as live watching needs.
#include <gtest/gtest.h>

#include "flow/flow_meter.h"
#include "support/flow_words.h"
#include "support/packets.h"

namespace flowtell {
namespace {

FlowOptions early_at(std::uint32_t packets) {
  FlowOptions options;
  options.early_packets = packets;
  return options;
}

TEST(EarlyFlow, IsDeliveredOnceAtThePacketCount) {
  const FlowCollector got =
      collect(packets().syn().syn_ack().data(100).reply(900).data(1).data(2),
              early_at(3));
  ASSERT_EQ(got.early.size(), 1u);
  const CollectedFlow& early = got.early[0];
  EXPECT_EQ(early.records.size(), 3u);
  EXPECT_EQ(early.sent.packets, 2u);
  EXPECT_EQ(early.sent.bytes, 40u + 140);
  EXPECT_EQ(early.received.packets, 1u);
}

TEST(EarlyFlow, CountsPacketsOfBothDirections) {
  EXPECT_EQ(collect(packets().data(1).data(1), early_at(2)).early.size(), 1u);
  EXPECT_EQ(collect(packets().reply(1).reply(1), early_at(2)).early.size(), 1u);
  EXPECT_EQ(collect(packets().reply(1).data(1), early_at(2)).early.size(), 1u);
}

TEST(EarlyFlow, IsDeliveredWholeWhenItEnds) {
  const PacketSequence story =
      packets().syn().after(20ms).syn_ack().after(5ms).data(100).reply(1400);
  const FlowCollector got = collect(story, early_at(2));
  ASSERT_EQ(got.early.size(), 1u);
  EXPECT_EQ(got.early[0].last, kTestStart + 20ms);
  ASSERT_EQ(got.flows.size(), 1u);
  EXPECT_EQ(got.flows[0].records.size(), 4u);
  EXPECT_EQ(got.flows[0].last, kTestStart + 25ms);
}

TEST(EarlyFlow, IsNotDeliveredIfItEndsBefore) {
  EXPECT_TRUE(collect(packets().data(1).reply(1), early_at(3)).early.empty());
}

TEST(EarlyFlow, IsNotDeliveredByDefault) {
  PacketSequence story;
  for (int i = 0; i < 100; ++i) story.data(1);
  EXPECT_TRUE(collect(story).early.empty());
}

TEST(EarlyFlow, CanBeDeliveredAtItsFirstPacket) {
  const FlowCollector got =
      collect(packets().data(1).reply(1).after(2s).data(1), early_at(1));
  ASSERT_EQ(got.early.size(), 2u);
  EXPECT_EQ(got.early[0].burst, 0u);
  EXPECT_EQ(got.early[1].burst, 1u) << "a new flow in the next burst";
}

TEST(EarlyFlow, FollowsTheBurstThatItsPacketEnded) {
  struct Order : FlowSink {
    void take(const Flow&) override { text += "flow "; }
    void end_burst() override { text += "end "; }
    void take_early(const Flow&) override { text += "early "; }
    std::string text;
  } order;
  FlowTable table(early_at(1), order);
  const PacketSequence story = packets().data(1).after(2s).data(1);
  for (const Packet& packet : story) table.add(packet);
  EXPECT_EQ(order.text, "early flow end early ");
}

// Two connections to one port of a host, one to another port.
std::size_t early_by(FlowKey key, std::uint32_t packets_needed) {
  FlowOptions options = early_at(packets_needed);
  options.key = key;
  return collect(packets()
                     .data(1)
                     .near("192.168.12.100", 40001)
                     .data(1)
                     .far("203.0.113.5", 80)
                     .data(1),
                 options)
      .early.size();
}

TEST(EarlyFlow, CountsThePacketsThatItsKeyJoins) {
  EXPECT_EQ(early_by(FlowKey::kFiveTuple, 1), 3u);
  EXPECT_EQ(early_by(FlowKey::kRemoteEndpoint, 1), 2u);
  EXPECT_EQ(early_by(FlowKey::kRemoteHost, 1), 1u);
  EXPECT_EQ(early_by(FlowKey::kFiveTuple, 2), 0u);
  EXPECT_EQ(early_by(FlowKey::kRemoteEndpoint, 2), 1u);
  EXPECT_EQ(early_by(FlowKey::kRemoteHost, 3), 1u);
}

FlowOptions early_after(Duration silence) {
  FlowOptions options;
  options.early_silence = silence;
  return options;
}

// Packets of another flow of the device, each `step` later, so that its burst
// goes on.
PacketSequence& keep_busy(PacketSequence& story, int count, Duration step) {
  story.near("192.168.12.100", 5000).far("198.51.100.7", 3478).udp();
  for (int i = 0; i < count; ++i) story.after(step).data(160);
  return story;
}

std::vector<std::string> early_times(const FlowCollector& got) {
  std::vector<std::string> times;
  for (const CollectedFlow& flow : got.early) {
    times.push_back(fmt::format("{} packets to {}", flow.records.size(),
                                seconds_text(flow.last - kTestStart, 1)));
  }
  return times;
}

TEST(FlowOverEarly, IsDeliveredAfterItsOwnSilence) {
  PacketSequence story = packets().data(1).after(300ms).reply(1);
  const FlowCollector got =
      collect(keep_busy(story, 20, 100ms), early_after(1s));
  EXPECT_EQ(early_times(got), (std::vector<std::string>{"2 packets to 0.3"}));
  EXPECT_FALSE(got.early[0].is_cut);
  ASSERT_EQ(got.flows.size(), 2u);
  EXPECT_EQ(got.flows[0].records.size(), 2u) << "the final one follows";
}

TEST(FlowOverEarly, IsNotDeliveredIfItsBurstEndsAtThatTime) {
  EXPECT_TRUE(collect(packets().data(1).after(3s).data(1), early_after(1s))
                  .early.empty());
  PacketSequence story = packets().data(1);
  EXPECT_TRUE(
      collect(keep_busy(story, 9, 100ms), early_after(1s)).early.empty());
}

TEST(FlowOverEarly, IsDeliveredWhenThePassedTimeIsKnown) {
  FlowCollector got;
  FlowTable table(early_after(1s), got);
  PacketSequence story = packets().data(1);
  keep_busy(story, 9, 100ms);
  for (const Packet& packet : story) table.add(packet);
  EXPECT_EQ(table.next_end(), kTestStart + 1s);
  table.advance(kTestStart + 1s);
  EXPECT_TRUE(got.early.empty());
  table.advance(kTestStart + 1s + 1ns);
  EXPECT_EQ(got.early.size(), 1u);
  EXPECT_TRUE(got.flows.empty());
}

TEST(FlowOverEarly, IsDeliveredAgainIfItGoesOn) {
  PacketSequence story = packets().data(1);
  keep_busy(story, 15, 100ms);
  story.near("192.168.12.100", 40000).far("203.0.113.5", 443).tcp().reply(9);
  keep_busy(story, 15, 100ms);
  EXPECT_EQ(early_times(collect(story, early_after(1s))),
            (std::vector<std::string>{"1 packets to 0.0", "2 packets to 1.5"}));
}

// Late packets of a closed flow do not put its verdict off.
TEST(FlowOverEarly, CountsFromTheSecondFin) {
  PacketSequence story = packets().syn().fin();
  story.near("203.0.113.5", 443).far("192.168.12.100", 40000).fin();
  for (int i = 0; i < 12; ++i) story.after(100ms).data(0);
  EXPECT_EQ(early_times(collect(story, early_after(1s))),
            (std::vector<std::string>{"13 packets to 1.0"}));
  PacketSequence one_sided = packets().syn().fin();
  for (int i = 0; i < 12; ++i) one_sided.after(100ms).data(0);
  EXPECT_TRUE(collect(one_sided, early_after(1s)).early.empty());
}

TEST(FlowOverEarly, CountsFromAReset) {
  PacketSequence story = packets().syn().rst();
  for (int i = 0; i < 12; ++i) story.after(100ms).data(0);
  EXPECT_EQ(early_times(collect(story, early_after(1s))),
            (std::vector<std::string>{"12 packets to 1.0"}));
}

// A call of ten minutes and three short connections.
TEST(FlowOverEarly, IsDeliveredDuringALongCall) {
  PacketSequence story = packets();
  keep_busy(story, 250, 100ms);
  for (int i = 1; i <= 3; ++i) {
    story.tcp().near("192.168.12.100", static_cast<Port>(41000 + i));
    story.far("203.0.113.9", 443).syn().syn_ack().data(500).reply(900).fin();
    keep_busy(story, 600, 100ms);
  }
  keep_busy(story, 3900, 100ms);
  const FlowCollector got = collect(story, early_after(1s));
  EXPECT_EQ(early_times(got),
            (std::vector<std::string>{"5 packets to 25.0", "5 packets to 85.0",
                                      "5 packets to 145.0"}));
  FlowOptions unlimited = early_after(1s);
  unlimited.burst_limit = {};
  EXPECT_EQ(early_text(collect(story, unlimited)).size(),
            early_text(got).size());
}

// The positions of the first device's flows are used again by the second's.
TEST(FlowOverEarly, IsFoundAfterOthersWereEvicted) {
  FlowOptions options = early_after(1s);
  options.max_flows = 2;
  PacketSequence story = packets();
  story.near("192.168.12.7", 1).data(1).near("192.168.12.7", 2).data(1);
  story.after(500ms).near("192.168.12.100", 3).data(1);
  const FlowCollector got = collect(keep_busy(story, 15, 100ms), options);
  EXPECT_EQ(got.burst_ends.size(), 2u);
  EXPECT_EQ(early_times(got), (std::vector<std::string>{"1 packets to 0.5"}));
}

TEST(EarlyFlow, IsNotCountedAsAFlowOfTheMeter) {
  FlowCollector got;
  FlowMeter meter(early_at(1), got);
  const TestFrame one = frame().ethernet().ipv4().udp();
  meter.add(one.view());
  EXPECT_EQ(got.early.size(), 1u);
  EXPECT_EQ(meter.report().flows, 0u);
  meter.finish();
  EXPECT_EQ(meter.report().flows, 1u);
}

}  // namespace
}  // namespace flowtell
