// SPDX-License-Identifier: Apache-2.0
//
// Tests of flows that are delivered before they end, as live watching needs.
#include <gtest/gtest.h>

#include "flow/flow_meter.h"
#include "support/flow_collector.h"
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
