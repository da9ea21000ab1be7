// SPDX-License-Identifier: Apache-2.0
//
// Tests of which end of a pair is the device, and how long that is kept.
#include "flow/pair_table.h"

#include <gtest/gtest.h>

#include "support/packets.h"

namespace flowtell {
namespace {

struct Chosen {
  std::string device;
  DeviceRule rule;
};

// The table's decision for the pair of the last packet.
Chosen chosen(const PacketSequence& story) {
  PairTable table{Lan()};
  std::uint32_t position = 0;
  for (const Packet& packet : story) {
    position = table.find_or_add(packet).position;
  }
  return {table[position].device_address().text(), table[position].device_rule};
}

void expect_chosen(const PacketSequence& story, std::string_view device,
                   DeviceRule rule) {
  const Chosen got = chosen(story);
  EXPECT_EQ(got.device, device);
  EXPECT_EQ(got.rule, rule) << device_rule_name(got.rule);
}

PacketSequence outside(Port near, Port far) {
  return packets().near("198.51.100.1", near).far("203.0.113.5", far);
}

TEST(Device, IsTheOnlyEndInTheLan) {
  expect_chosen(packets().data(1), "192.168.12.100", DeviceRule::kLan);
  expect_chosen(packets().reply(1), "192.168.12.100", DeviceRule::kLan);
  expect_chosen(packets().near("192.168.12.100", 80).reply(1), "192.168.12.100",
                DeviceRule::kLan);
  // Also if the flags show that it is a server.
  expect_chosen(packets().syn_ack(), "192.168.12.100", DeviceRule::kLan);
  expect_chosen(packets().near("203.0.113.5", 9).far("10.0.0.1", 9).syn(),
                "10.0.0.1", DeviceRule::kLan);
}

TEST(Device, IsElseTheClientByTheFirstPacketsFlags) {
  expect_chosen(outside(80, 443).syn(), "198.51.100.1", DeviceRule::kTcpFlags);
  expect_chosen(outside(80, 4433).syn_ack(), "198.51.100.1",
                DeviceRule::kTcpFlags);
  expect_chosen(packets().far("192.168.12.101", 1).syn(), "192.168.12.100",
                DeviceRule::kTcpFlags);
}

TEST(Device, IsElseTheEndWithoutAServicePort) {
  expect_chosen(outside(40000, 443).data(1), "198.51.100.1",
                DeviceRule::kServicePort);
  expect_chosen(outside(40000, 443).reply(1), "198.51.100.1",
                DeviceRule::kServicePort);
  expect_chosen(outside(53, 5353).udp().data(1), "203.0.113.5",
                DeviceRule::kServicePort);
  expect_chosen(outside(1024, 1023).data(1), "198.51.100.1",
                DeviceRule::kServicePort);
}

TEST(Device, IsElseTheFirstSource) {
  expect_chosen(outside(40000, 50000).data(1), "198.51.100.1",
                DeviceRule::kFirstSource);
  expect_chosen(outside(40000, 50000).reply(1), "203.0.113.5",
                DeviceRule::kFirstSource);
  expect_chosen(outside(22, 443).udp().reply(1), "203.0.113.5",
                DeviceRule::kFirstSource);
  expect_chosen(outside(1024, 1024).data(1), "198.51.100.1",
                DeviceRule::kFirstSource);
}

TEST(Device, IsDecidedByTheFirstPacketOnly) {
  expect_chosen(outside(40000, 50000).reply(1).syn(), "203.0.113.5",
                DeviceRule::kFirstSource);
}

TEST(Device, IsDecidedPerProtocolAndPort) {
  expect_chosen(outside(40000, 50000).reply(1).udp().data(1), "198.51.100.1",
                DeviceRule::kFirstSource);
  expect_chosen(outside(40000, 50000).reply(1).near("198.51.100.1", 7).data(1),
                "203.0.113.5", DeviceRule::kServicePort);
}

TEST(PairTable, FindsAPairFromEitherEnd) {
  PairTable table{Lan()};
  const PacketSequence story = packets().data(1).reply(1).data(1);
  std::vector<PairTable::Found> found;
  for (const Packet& packet : story) found.push_back(table.find_or_add(packet));
  EXPECT_EQ(table.size(), 1u);
  EXPECT_TRUE(found[0].is_new);
  EXPECT_FALSE(found[1].is_new);
  EXPECT_EQ(found[0].position, found[1].position);
  EXPECT_EQ(found[0].direction, Direction::kSent);
  EXPECT_EQ(found[1].direction, Direction::kReceived);
  EXPECT_EQ(found[2].direction, Direction::kSent);
  const Pair& pair = table[found[0].position];
  EXPECT_EQ(pair.device_port(), 40000);
  EXPECT_EQ(pair.remote_port(), 443);
  EXPECT_EQ(pair.remote_address().text(), "203.0.113.5");
}

TEST(PairTable, AcceptsAPairOfOneEndWithItself) {
  PairTable table{Lan()};
  const PacketSequence story =
      packets().near("10.0.0.1", 7).far("10.0.0.1", 7).data(1).reply(1);
  for (const Packet& packet : story) {
    EXPECT_EQ(table.find_or_add(packet).direction, Direction::kSent);
  }
  EXPECT_EQ(table.size(), 1u);
}

TEST(PairTable, ReportsThePairIdleLongest) {
  PairTable table{Lan()};
  EXPECT_EQ(table.oldest(), kNoPosition);
  std::vector<std::uint32_t> at;
  const PacketSequence story =
      packets().data(1).near("10.0.0.1", 1).data(1).near("10.0.0.2", 1).data(1);
  for (const Packet& packet : story) {
    at.push_back(table.find_or_add(packet).position);
  }
  EXPECT_EQ(table.oldest(), at[0]);
  table.find_or_add(*story.begin());
  EXPECT_EQ(table.oldest(), at[1]);
  table.keep(at[1]);
  EXPECT_EQ(table.oldest(), at[2]);
  table.forget(at[2]);
  EXPECT_EQ(table.oldest(), at[0]);
  EXPECT_EQ(table.size(), 2u);
}

TEST(PairTable, RemovesThePairOfTheLastPacket) {
  PairTable table{Lan()};
  const PacketSequence story = packets().data(1);
  table.forget(table.find_or_add(*story.begin()).position);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.oldest(), kNoPosition);
  EXPECT_TRUE(table.find_or_add(*story.begin()).is_new);
}

TEST(PairTable, StoresTheTimeOfTheLastPacket) {
  PairTable table{Lan()};
  const PacketSequence story = packets().data(1).after(5s).reply(1);
  std::uint32_t position = 0;
  for (const Packet& packet : story) {
    position = table.find_or_add(packet).position;
    EXPECT_EQ(table[position].last, packet.time);
  }
}

// A change of any byte, port or protocol makes another pair.
TEST(PairTable, DistinguishesPairsByEveryKeyField) {
  PairTable table{Lan()};
  const PacketSequence story = packets().data(1);
  const Packet first = *story.begin();
  table.find_or_add(first);
  std::size_t pairs = 1;
  const auto expect_new = [&](const Packet& packet) {
    EXPECT_TRUE(table.find_or_add(packet).is_new);
    EXPECT_EQ(table.size(), ++pairs);
  };
  for (std::size_t byte = 0; byte < 16; ++byte) {
    Packet other = first;
    ++other.source.bytes[byte];
    expect_new(other);
    other = first;
    ++other.destination.bytes[byte];
    expect_new(other);
  }
  Packet other = first;
  ++other.source_port;
  expect_new(other);
  other = first;
  ++other.destination_port;
  expect_new(other);
  other = first;
  other.protocol = Protocol::kUdp;
  expect_new(other);
}

}  // namespace
}  // namespace flowtell
