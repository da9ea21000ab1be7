// SPDX-License-Identifier: Apache-2.0
//
// Compares the finder with the flow table, which assigns a device to each flow.
#include "flow/pair_table.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

constexpr std::size_t kMany = 1'000'000;

// Packets among addresses inside the LAN and outside, in any direction, with
// any flags; few ports, so that pairs repeat.
Packet any_packet(Random& random, Timestamp now) {
  static const std::vector<const char*> kAddresses = {
      "192.168.12.1", "192.168.12.100", "192.168.12.101", "10.0.0.7",
      "fd00::100",    "fd00::1",        "203.0.113.5",    "198.51.100.1",
      "2001:db8::5",  "224.0.0.251",    "255.255.255.255"};
  static const std::vector<Port> kPorts = {53, 80, 1023, 1024, 40000, 50000};
  const auto any = [&](const auto& list) {
    return list[random.below(static_cast<std::uint32_t>(list.size()))];
  };
  Packet packet{};
  packet.time = now;
  packet.source = test_address(any(kAddresses));
  packet.destination = test_address(any(kAddresses));
  packet.source_port = any(kPorts);
  packet.destination_port = any(kPorts);
  packet.protocol = random.below(2) == 0 ? Protocol::kUdp : Protocol::kTcp;
  if (packet.protocol == Protocol::kTcp) {
    packet.tcp_flags = static_cast<std::uint8_t>(random.below(32));
  }
  packet.length = 60;
  return packet;
}

// A sink that stores the device of the last packet's flow.
struct LastDevice : FlowSink {
  void take(const Flow&) override {}
  void take_early(const Flow& flow) override { device = flow.device; }
  Address device;
};

TEST(DeviceFinder, FindsTheSameDeviceAsTheFlowTable) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    FlowOptions options;
    options.early_packets = 1;         // delivers each flow at its first packet
    options.burst_gap = Duration(-1);  // makes each packet a flow
    LastDevice expected;
    FlowTable table(options, expected);
    DeviceFinder finder(options.lan, kMany);
    Timestamp now = kTestStart;
    for (int i = 0; i < 5000; ++i) {
      now += 1ms * random.below(2000);
      const Packet packet = any_packet(random, now);
      expected.device = {};
      table.add(packet);
      ASSERT_EQ(finder.device_of(packet).text(), expected.device.text())
          << "packet " << i << " of " << seed;
    }
    EXPECT_GT(finder.pairs(), 100u);
  }
}

TEST(DeviceFinder, StoresOnlyPairsThatTheLanDoesNotDecide) {
  DeviceFinder finder(Lan(), kMany);
  const auto expect_phone = [&](const PacketSequence& story) {
    for (const Packet& packet : story) {
      EXPECT_EQ(finder.device_of(packet).text(), "192.168.12.100");
    }
  };
  expect_phone(packets().syn().syn_ack().data(1).reply(1));
  EXPECT_EQ(finder.pairs(), 0u);
  expect_phone(packets().far("192.168.12.1", 53).data(1).reply(1));
  EXPECT_EQ(finder.pairs(), 1u);
}

TEST(DeviceFinder, RemovesAPairAfterAnHourOrBeyondItsBound) {
  DeviceFinder finder(Lan(), 2);
  const auto query = [&](Port port, Timestamp now) {
    Packet packet{};
    packet.time = now;
    packet.source = test_address("10.0.0.1");
    packet.destination = test_address("10.0.0.2");
    packet.source_port = port;
    packet.destination_port = 53;
    packet.protocol = Protocol::kUdp;
    return finder.device_of(packet).text();
  };
  for (Port port = 2000; port < 2010; ++port) {
    EXPECT_EQ(query(port, kTestStart), "10.0.0.1");
    EXPECT_LE(finder.pairs(), 2u);
  }
  EXPECT_EQ(query(3000, kTestStart + 1h + 1ns), "10.0.0.1");
  EXPECT_EQ(finder.pairs(), 1u);
}

// The work after a long silence is spread over many packets.
TEST(DeviceFinder, RemovesTwoPairsPerPacket) {
  DeviceFinder finder(Lan(), kMany);
  Packet packet{};
  packet.time = kTestStart;
  packet.source = test_address("10.0.0.1");
  packet.destination = test_address("10.0.0.2");
  packet.protocol = Protocol::kUdp;
  for (Port port = 1; port <= 10; ++port) {
    packet.source_port = port;
    finder.device_of(packet);
  }
  EXPECT_EQ(finder.pairs(), 10u);
  packet.source_port = 11;
  packet.time = kTestStart + 1h;
  finder.device_of(packet);
  EXPECT_EQ(finder.pairs(), 11u) << "stored for an hour";
  packet.time += 1ns;
  finder.device_of(packet);
  EXPECT_EQ(finder.pairs(), 9u);
  finder.device_of(packet);
  EXPECT_EQ(finder.pairs(), 7u);
}

}  // namespace
}  // namespace flowtell
