// SPDX-License-Identifier: Apache-2.0
//
// Tests of fragments: later ones take the ports of the first.
#include "decode/fragment_table.h"

#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

TestFrame first_fragment(std::uint32_t id, Duration after = 0s) {
  return frame()
      .ethernet()
      .ipv4()
      .fragment({.identification = id, .more = true})
      .udp(5000, 6000)
      .payload(72)
      .at(kTestStart + after);
}

TestFrame later_fragment(std::uint32_t id, Duration after = 0s) {
  return frame()
      .ethernet()
      .ipv4()
      .protocol(17)
      .fragment({.identification = id, .offset = 10})
      .payload(33)
      .at(kTestStart + after);
}

TEST(Fragment, TakesThePortsOfTheFirst) {
  Decoder decoder;
  Packet packet{};
  ASSERT_EQ(decoder.decode(first_fragment(77).view(), packet),
            FrameOutcome::kUsed);
  EXPECT_EQ(packet.length, 100u);
  EXPECT_EQ(packet.payload_length, 72u);
  ASSERT_EQ(decoder.decode(later_fragment(77).view(), packet),
            FrameOutcome::kUsed);
  EXPECT_EQ(packet.source_port, 5000);
  EXPECT_EQ(packet.destination_port, 6000);
  EXPECT_EQ(packet.length, 53u);
  EXPECT_EQ(packet.payload_length, 33u);
  EXPECT_TRUE(packet.payload.empty()) << "no message starts in it";
}

// The first fragment may end with the UDP header.
TEST(Fragment, TakesPortsAtTheSmallestOffset) {
  const TestFragment head{.identification = 77, .more = true};
  const TestFragment tail{.identification = 77, .offset = 1};
  const TestFrame first =
      frame().ethernet().ipv4().fragment(head).udp(5000, 6000);
  const TestFrame later =
      frame().ethernet().ipv4().protocol(17).fragment(tail).payload(33);
  Decoder decoder;
  Packet packet{};
  ASSERT_EQ(decoder.decode(first.view(), packet), FrameOutcome::kUsed);
  ASSERT_EQ(decoder.decode(later.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(packet.source_port, 5000);
  EXPECT_EQ(packet.payload_length, 33u);
}

TEST(Fragment, TakesPortsOverIpv6) {
  const TestFragment head{.identification = 0xabcdef01, .more = true};
  const TestFragment tail{.identification = 0xabcdef01, .offset = 160};
  const TestFrame first = frame()
                              .ethernet()
                              .ipv6()
                              .extension(0)
                              .fragment(head)
                              .tcp(5000, 443, kTcpAck)
                              .payload(1260);
  // The header of a later fragment is always followed by payload.
  const TestFrame later =
      frame().ethernet().ipv6().extension(0).fragment(tail).protocol(6).payload(
          std::string(50, '\0'));
  Decoder decoder;
  Packet packet{};
  ASSERT_EQ(decoder.decode(first.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(packet.payload_length, 1260u);
  ASSERT_EQ(decoder.decode(later.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(packet.source_port, 5000);
  EXPECT_EQ(packet.destination_port, 443);
  EXPECT_EQ(packet.tcp_flags, 0);
  EXPECT_EQ(packet.length, 40u + 8 + 8 + 50);
  EXPECT_EQ(packet.payload_length, 50u);
}

TEST(Fragment, HasNoPortsWithoutItsFirst) {
  Decoder decoder;
  Packet packet{};
  EXPECT_EQ(decoder.decode(later_fragment(77).view(), packet),
            FrameOutcome::kFragmentWithoutPorts);
  decoder.decode(first_fragment(78).view(), packet);
  EXPECT_EQ(decoder.decode(later_fragment(77).view(), packet),
            FrameOutcome::kFragmentWithoutPorts);
}

TEST(Fragment, ExcludesPadding) {
  const TestFrame padded = frame()
                               .ethernet()
                               .ipv4()
                               .protocol(17)
                               .fragment({.identification = 77, .offset = 10})
                               .payload(3)
                               .padding(23);
  Decoder decoder;
  Packet packet{};
  decoder.decode(first_fragment(77).view(), packet);
  ASSERT_EQ(decoder.decode(padded.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(packet.length, 23u);
  EXPECT_EQ(packet.payload_length, 3u);
}

TEST(Fragment, TakesNoPortsFromAWholeDatagram) {
  Decoder decoder;
  Packet packet{};
  // A VLAN tag keeps it off the fast path.
  TestFrame whole = frame().ethernet().vlan().ipv4().udp(5000, 6000);
  whole.bytes[18 + 5] = 77;  // its identification
  ASSERT_EQ(decoder.decode(whole.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(decoder.decode(later_fragment(77).view(), packet),
            FrameOutcome::kFragmentWithoutPorts);
  const TestFragment alone{.identification = 78};
  const TestFragment later{.identification = 78, .offset = 10};
  const TestFrame atomic =
      frame().ethernet().ipv6().fragment(alone).udp(5000, 6000);
  const TestFrame piece =
      frame().ethernet().ipv6().fragment(later).protocol(17).payload(9);
  ASSERT_EQ(decoder.decode(atomic.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(decoder.decode(piece.view(), packet),
            FrameOutcome::kFragmentWithoutPorts);
}

TEST(Fragment, HasNoSequenceNumberOrFlags) {
  Decoder decoder;
  Packet packet{};
  decoder.decode(first_fragment(77).view(), packet);
  packet.tcp_flags = 0xff;
  packet.tcp_sequence = 7;
  ASSERT_EQ(decoder.decode(later_fragment(77).view(), packet),
            FrameOutcome::kUsed);
  EXPECT_EQ(packet.tcp_flags, 0);
  EXPECT_EQ(packet.tcp_sequence, 0u);
}

TEST(Fragment, OfAnotherProtocolIsNotTcpUdp) {
  const TestFrame icmp = frame()
                             .ethernet()
                             .ipv4()
                             .protocol(1)
                             .fragment({.identification = 77, .offset = 10})
                             .payload(33);
  Packet packet{};
  EXPECT_EQ(Decoder().decode(icmp.view(), packet), FrameOutcome::kNotTcpUdp);
}

TEST(Fragment, TakesPortsForThirtySeconds) {
  Decoder decoder;
  Packet packet{};
  decoder.decode(first_fragment(77).view(), packet);
  EXPECT_EQ(decoder.decode(later_fragment(77, 30s).view(), packet),
            FrameOutcome::kUsed);
  EXPECT_EQ(decoder.decode(later_fragment(77, 31s).view(), packet),
            FrameOutcome::kFragmentWithoutPorts);
}

TEST(Fragment, IsDecodedAloneIfAtomic) {
  const TestFrame atomic = frame()
                               .ethernet()
                               .ipv6()
                               .fragment({.identification = 5})
                               .udp(1, 2)
                               .payload(3);
  Packet packet{};
  ASSERT_EQ(Decoder().decode(atomic.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(packet.payload_length, 3u);
}

FragmentKey key_of(std::uint32_t identification) {
  return {test_address("10.0.0.1"), test_address("10.0.0.2"), identification,
          17};
}

TEST(FragmentTable, DistinguishesDatagramsByEveryKeyField) {
  FragmentTable table;
  table.remember(key_of(1), {10, 20}, kTestStart);
  ASSERT_TRUE(table.find(key_of(1), kTestStart));
  EXPECT_EQ(table.find(key_of(1), kTestStart)->source, 10);
  EXPECT_EQ(table.find(key_of(1), kTestStart)->destination, 20);
  FragmentKey other = key_of(1);
  other.protocol = 6;
  EXPECT_FALSE(table.find(other, kTestStart));
  other = key_of(1);
  std::swap(other.source, other.destination);
  EXPECT_FALSE(table.find(other, kTestStart));
  EXPECT_FALSE(table.find(key_of(2), kTestStart));
}

TEST(FragmentTable, NeverReturnsWrongPortsUnderChurn) {
  FragmentTable table;
  std::size_t found = 0;
  for (std::uint32_t id = 1; id <= 5000; ++id) {
    table.remember(key_of(id), {static_cast<Port>(id), 1}, kTestStart);
  }
  for (std::uint32_t id = 1; id <= 5000; ++id) {
    const auto ports = table.find(key_of(id), kTestStart);
    if (!ports) continue;
    ++found;
    ASSERT_EQ(ports->source, static_cast<Port>(id));
  }
  EXPECT_GT(found, 500u);
  EXPECT_LE(found, 1024u) << "the table's capacity";
}

// A replaced entry must leave the index too, or the index would grow.
TEST(FragmentTable, HasConstantMemoryUnderChurn) {
  FragmentTable table;
  const std::size_t memory = table.memory();
  for (std::uint32_t id = 1; id <= 20'000; ++id) {
    table.remember(key_of(id), {1, 2}, kTestStart);
  }
  EXPECT_EQ(table.memory(), memory);
}

TEST(FragmentTable, KeepsOnlyTheNewestDatagrams) {
  constexpr std::uint32_t kCapacity = 1024;
  FragmentTable table;
  for (std::uint32_t id = 1; id <= kCapacity + 3; ++id) {
    table.remember(key_of(id), {static_cast<Port>(id), 1}, kTestStart);
  }
  for (std::uint32_t id = 1; id <= kCapacity + 3; ++id) {
    EXPECT_EQ(table.find(key_of(id), kTestStart).has_value(), id > 3) << id;
  }
}

// Identifications repeat (16 bits in IPv4): one key has one entry, with its
// newest ports.
TEST(FragmentTable, ReplacesTheEntryOfARepeatedKey) {
  FragmentTable table;
  table.remember(key_of(1), {10, 20}, kTestStart);
  for (std::uint32_t id = 2; id <= 1024; ++id) {
    table.remember(key_of(id), {1, 1}, kTestStart);
    table.remember(key_of(id), {2, 2}, kTestStart);
  }
  ASSERT_TRUE(table.find(key_of(1), kTestStart)) << "one key uses one entry";
  EXPECT_EQ(table.find(key_of(2), kTestStart)->source, 2);
  table.remember(key_of(1), {30, 40}, kTestStart + 20s);
  const auto ports = table.find(key_of(1), kTestStart + 50s);
  ASSERT_TRUE(ports) << "the 30 s start at the newest";
  EXPECT_EQ(ports->source, 30);
  EXPECT_EQ(ports->destination, 40);
}

TEST(FragmentTable, ExpiresAfterThirtySecondsInEitherDirection) {
  FragmentTable table;
  table.remember(key_of(1), {10, 20}, kTestStart);
  EXPECT_TRUE(table.find(key_of(1), kTestStart + 30s));
  EXPECT_FALSE(table.find(key_of(1), kTestStart + 30s + 1ns));
  EXPECT_TRUE(table.find(key_of(1), kTestStart - 30s));
  EXPECT_FALSE(table.find(key_of(1), kTestStart - 30s - 1ns));
}

}  // namespace
}  // namespace flowtell
