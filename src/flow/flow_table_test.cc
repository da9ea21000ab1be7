// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_table.h"

#include <gtest/gtest.h>

#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

TEST(FlowTable, JoinsBothDirectionsInOneFlow) {
  const auto flows =
      collect(packets().syn().after(20ms).syn_ack().after(5ms).data(100).reply(
                  1400))
          .flows;
  ASSERT_EQ(flows.size(), 1u);
  const CollectedFlow& flow = flows[0];
  EXPECT_EQ(flow.burst, 0u);
  EXPECT_EQ(flow.first, kTestStart);
  EXPECT_EQ(flow.last, kTestStart + 25ms);
  EXPECT_EQ(flow.device.text(), "192.168.12.100");
  EXPECT_EQ(flow.remote.text(), "203.0.113.5");
  EXPECT_EQ(flow.device_port, 40000);
  EXPECT_EQ(flow.remote_port, 443);
  EXPECT_EQ(flow.protocol, Protocol::kTcp);
  EXPECT_EQ(flow.device_rule, DeviceRule::kLan);
  EXPECT_EQ(flow.sent.packets, 2u);
  EXPECT_EQ(flow.sent.bytes, 40u + 140);
  EXPECT_EQ(flow.received.packets, 2u);
  EXPECT_EQ(flow.received.bytes, 40u + 1440);
}

TEST(FlowTable, DeliversPacketsInOrder) {
  PacketSequence story;
  for (std::uint32_t i = 0; i < 23; ++i) {
    i % 3 == 0 ? story.reply(i) : story.data(i);
    story.after(i * 1ms);
  }
  const auto flows = collect(story).flows;
  ASSERT_EQ(flows.size(), 1u);
  ASSERT_EQ(flows[0].records.size(), 23u);
  Duration passed{};
  for (std::uint32_t i = 0; i < 23; ++i) {
    const PacketRecord& record = flows[0].records[i];
    EXPECT_EQ(record.payload_length, i);
    EXPECT_EQ(record.length, i + 40);
    EXPECT_EQ(record.direction() == Direction::kReceived, i % 3 == 0);
    EXPECT_EQ(record.time, kTestStart + passed);
    passed += i * 1ms;
  }
}

std::size_t bursts_with_gap(Duration gap, FlowOptions options = {}) {
  const FlowCollector got =
      collect(packets().data(1).after(gap).data(1), std::move(options));
  EXPECT_EQ(got.burst_ends.size(), got.flows.size());
  return got.flows.size();
}

TEST(FlowTable, EndsABurstAfterASilenceBeyondTheGap) {
  EXPECT_EQ(bursts_with_gap(999ms), 1u);
  EXPECT_EQ(bursts_with_gap(1s), 1u);
  EXPECT_EQ(bursts_with_gap(1s + 1ns), 2u);
  FlowOptions patient;
  patient.burst_gap = 5s;
  EXPECT_EQ(bursts_with_gap(5s, patient), 1u);
  EXPECT_EQ(bursts_with_gap(5s + 1ns, patient), 2u);
}

// The sizes of the bursts of a device that sends every `step`.
std::vector<std::size_t> sizes_of_bursts(int packet_count, Duration step,
                                         Duration limit) {
  FlowOptions options;
  options.burst_limit = limit;
  PacketSequence story = packets();
  for (int i = 0; i < packet_count; ++i) story.data(1).after(step);
  std::vector<std::size_t> sizes;
  for (const CollectedFlow& flow : collect(story, options).flows) {
    sizes.push_back(flow.records.size());
  }
  return sizes;
}

TEST(FlowTable, BeginsABurstAfterTheLimit) {
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(FlowOptions{}.burst_limit, 30s);
  EXPECT_EQ(sizes_of_bursts(100, 1s, 30s), (Sizes{31, 31, 31, 7}));
  EXPECT_EQ(sizes_of_bursts(100, 1s - 1ns, 30s), (Sizes{31, 31, 31, 7}));
  EXPECT_EQ(sizes_of_bursts(62, 500ms, 30s), (Sizes{61, 1}));
  EXPECT_EQ(sizes_of_bursts(100, 1s, 0s), (Sizes{100}));
  EXPECT_EQ(sizes_of_bursts(4, 0s, 1ns), (Sizes{4}));
  EXPECT_EQ(sizes_of_bursts(4, 2ns, 1ns), (Sizes{1, 1, 1, 1}));
}

TEST(FlowTable, KeepsABurstOpenWhileAnyFlowOfTheDeviceIsActive) {
  const FlowCollector got = collect(packets()
                                        .data(1)
                                        .far("203.0.113.6", 443)
                                        .after(900ms)
                                        .data(1)
                                        .far("203.0.113.5", 443)
                                        .after(900ms)
                                        .reply(1));
  EXPECT_EQ(got.flows.size(), 2u);
  EXPECT_EQ(got.burst_ends, std::vector<std::size_t>{2});
  EXPECT_EQ(got.flows[0].records.size(), 2u);
}

TEST(FlowTable, NumbersTheBurstsOfEachDevice) {
  const FlowCollector got = collect(packets()
                                        .data(1)
                                        .after(2s)
                                        .data(1)
                                        .near("192.168.12.7", 1)
                                        .data(1)
                                        .after(2s)
                                        .near("192.168.12.100", 40000)
                                        .data(1));
  std::vector<std::pair<std::string, std::uint32_t>> bursts;
  for (const CollectedFlow& flow : got.flows) {
    bursts.emplace_back(flow.device.text(), flow.burst);
  }
  EXPECT_EQ(bursts, (std::vector<std::pair<std::string, std::uint32_t>>{
                        {"192.168.12.100", 0},
                        {"192.168.12.100", 1},
                        {"192.168.12.7", 0},
                        {"192.168.12.100", 2}}));
}

TEST(FlowTable, EndsABurstWhenAnyDevicesPacketShowsItsSilence) {
  const PacketSequence story =
      packets().data(1).after(2s).near("192.168.12.7", 1).data(1);
  FlowCollector got;
  FlowTable table({}, got);
  for (const Packet& packet : story) table.add(packet);
  EXPECT_EQ(got.flows.size(), 1u);
  EXPECT_EQ(got.burst_ends.size(), 1u);
  EXPECT_EQ(table.open_flows(), 1u);
  table.finish();
  EXPECT_EQ(got.flows.size(), 2u);
  EXPECT_EQ(table.open_flows(), 0u);
  table.finish();
  EXPECT_EQ(got.burst_ends.size(), 2u) << "no burst is left to end";
}

TEST(FlowTable, DeliversTheFlowsOfABurstByTheirFirstPackets) {
  PacketSequence story;
  for (const Port port : std::vector<Port>{5, 3, 9, 1, 7}) {
    story.near("192.168.12.100", port).data(1).after(1ms);
  }
  story.near("192.168.12.100", 9).data(1);
  std::vector<Port> ports;
  for (const CollectedFlow& flow : collect(story).flows) {
    ports.push_back(flow.device_port);
  }
  EXPECT_EQ(ports, (std::vector<Port>{5, 3, 9, 1, 7}));
}

TEST(FlowTable, DeliversBurstsInTheOrderTheyEnded) {
  // Device 1 begins first but sends the last packet.
  const FlowCollector got = collect(packets()
                                        .near("10.0.0.1", 1)
                                        .data(1)
                                        .near("10.0.0.2", 1)
                                        .after(100ms)
                                        .data(1)
                                        .near("10.0.0.1", 1)
                                        .after(100ms)
                                        .data(1)
                                        .near("10.0.0.3", 1)
                                        .after(5s)
                                        .data(1));
  ASSERT_EQ(got.flows.size(), 3u);
  EXPECT_EQ(got.flows[0].device.text(), "10.0.0.2");
  EXPECT_EQ(got.flows[1].device.text(), "10.0.0.1");
  EXPECT_EQ(got.flows[2].device.text(), "10.0.0.3");
}

TEST(FlowTable, SeparatesTcpAndUdpOnTheSamePorts) {
  const auto flows = collect(packets().data(1).udp().data(1)).flows;
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(flows[0].protocol, Protocol::kTcp);
  EXPECT_EQ(flows[1].protocol, Protocol::kUdp);
}

PacketSequence between_strangers() {
  return packets().near("198.51.100.1", 40000).far("203.0.113.5", 50000);
}

TEST(FlowTable, KeepsTheDeviceOfAPairAcrossBursts) {
  const auto flows =
      collect(between_strangers().data(1).after(50min).reply(1)).flows;
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(flows[1].device.text(), "198.51.100.1");
  EXPECT_EQ(flows[1].burst, 1u);
  EXPECT_EQ(flows[1].received.packets, 1u);
}

TEST(FlowTable, RemovesAPairAfterAnIdleHour) {
  const auto flows =
      collect(between_strangers().data(1).after(61min).reply(1)).flows;
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(flows[1].device.text(), "203.0.113.5");
  EXPECT_EQ(flows[1].sent.packets, 1u);
}

TEST(FlowTable, KeepsAPairWhileItsDevicesBurstIsOpen) {
  PacketSequence story = between_strangers().data(1);
  story.far("203.0.113.9", 50000);
  for (int i = 0; i < 2 * 3600; ++i) story.after(900ms).data(1);
  story.far("203.0.113.5", 50000).reply(1);
  FlowOptions options;
  options.burst_limit = 0s;
  const FlowCollector got = collect(story, options);
  ASSERT_EQ(got.flows.size(), 2u);
  EXPECT_EQ(got.flows[0].records.size(), 2u);
  EXPECT_EQ(got.flows[0].received.packets, 1u);
}

TEST(FlowTable, HasNoFlowsWithoutPackets) {
  const FlowCollector got = collect(packets());
  EXPECT_TRUE(got.flows.empty());
  EXPECT_TRUE(got.burst_ends.empty());
}

// Three connections to two ports of one host, and one to another host.
std::size_t flows_by(FlowKey key) {
  FlowOptions options;
  options.key = key;
  return collect(packets()
                     .data(1)
                     .near("192.168.12.100", 40001)
                     .data(1)
                     .far("203.0.113.5", 80)
                     .data(1)
                     .far("203.0.113.6", 80)
                     .data(1),
                 options)
      .flows.size();
}

TEST(FlowTable, JoinsFlowsByTheFlowKey) {
  EXPECT_EQ(flows_by(FlowKey::kFiveTuple), 4u);
  EXPECT_EQ(flows_by(FlowKey::kRemoteEndpoint), 3u);
  EXPECT_EQ(flows_by(FlowKey::kRemoteHost), 2u);
}

TEST(FlowTable, KeepsAPairForExactlyAnHour) {
  const auto sent_after = [](Duration silence) {
    return collect(between_strangers().data(1).after(silence).reply(1))
        .flows.back()
        .sent.packets;
  };
  EXPECT_EQ(sent_after(1h), 0u) << "still received";
  EXPECT_EQ(sent_after(1h + 1ns), 1u);
}

// While there is room, burst numbers of a device without pairs continue.
TEST(FlowTable, ContinuesBurstNumbersOfADeviceWithoutPairs) {
  const auto flows = collect(packets().data(1).after(2h).data(1)).flows;
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(flows[0].burst, 0u);
  EXPECT_EQ(flows[1].burst, 1u);
}

// At most `max_flows` devices without a pair are kept.
TEST(FlowTable, RemovesDevicesWithoutPairsBeyondItsBound) {
  FlowOptions options;
  options.max_flows = 1;
  PacketSequence story;
  for (const char* device :
       {"10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.2"}) {
    story.near(device, 1).data(1).after(2h);
  }
  std::vector<std::uint32_t> bursts;
  for (const CollectedFlow& flow : collect(story, options).flows) {
    bursts.push_back(flow.burst);
  }
  EXPECT_EQ(bursts, (std::vector<std::uint32_t>{0, 1, 0, 2, 0}));
}

TEST(FlowTable, ReportsMemoryForAllOpenFlows) {
  FlowCollector got;
  FlowTable table({}, got);
  const std::size_t empty = table.memory();
  PacketSequence story;
  for (Port port = 1; port <= 1000; ++port) {
    story.near("192.168.12.100", port).data(1);
  }
  for (const Packet& packet : story) table.add(packet);
  EXPECT_GE(table.memory(),
            empty + 1000 * (sizeof(Pair) + PacketLog::kChunkMemory));
  const std::size_t full = table.memory();
  table.finish();
  EXPECT_GE(table.memory(), full) << "memory never shrinks";
}

}  // namespace
}  // namespace flowtell
