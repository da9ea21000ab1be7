// SPDX-License-Identifier: Apache-2.0
//
// Fragments: the first lends its ports to the later ones.
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

TEST(Fragment, BorrowsThePortsOfTheFirst) {
  Decoder decoder;
  Packet packet{};
  ASSERT_EQ(decoder.decode(first_fragment(77).view(), packet), Fate::kUsed);
  EXPECT_EQ(packet.length, 100u);
  EXPECT_EQ(packet.payload_length, 72u);
  ASSERT_EQ(decoder.decode(later_fragment(77).view(), packet), Fate::kUsed);
  EXPECT_EQ(packet.source_port, 5000);
  EXPECT_EQ(packet.destination_port, 6000);
  EXPECT_EQ(packet.length, 53u);
  EXPECT_EQ(packet.payload_length, 33u);
  EXPECT_TRUE(packet.payload.empty()) << "no name begins in it";
}

TEST(Fragment, BorrowsOverIpv6Too) {
  const TestFragment head{.identification = 0xabcdef01, .more = true};
  const TestFragment tail{.identification = 0xabcdef01, .offset = 160};
  const TestFrame first = frame()
                              .ethernet()
                              .ipv6()
                              .extension(0)
                              .fragment(head)
                              .tcp(5000, 443, kTcpAck)
                              .payload(1260);
  // What follows a later fragment's header is payload, whatever it looks like.
  const TestFrame later =
      frame().ethernet().ipv6().extension(0).fragment(tail).protocol(6).payload(
          std::string(50, '\0'));
  Decoder decoder;
  Packet packet{};
  ASSERT_EQ(decoder.decode(first.view(), packet), Fate::kUsed);
  EXPECT_EQ(packet.payload_length, 1260u);
  ASSERT_EQ(decoder.decode(later.view(), packet), Fate::kUsed);
  EXPECT_EQ(packet.source_port, 5000);
  EXPECT_EQ(packet.destination_port, 443);
  EXPECT_EQ(packet.tcp_flags, 0);
  EXPECT_EQ(packet.length, 40u + 8 + 8 + 50);
  EXPECT_EQ(packet.payload_length, 50u);
}

TEST(Fragment, WithoutItsFirstHasNoPorts) {
  Decoder decoder;
  Packet packet{};
  EXPECT_EQ(decoder.decode(later_fragment(77).view(), packet),
            Fate::kFragmentWithoutPorts);
  decoder.decode(first_fragment(78).view(), packet);
  EXPECT_EQ(decoder.decode(later_fragment(77).view(), packet),
            Fate::kFragmentWithoutPorts);
}

TEST(Fragment, OfAnotherProtocolIsNotTcpUdp) {
  const TestFrame icmp = frame()
                             .ethernet()
                             .ipv4()
                             .protocol(1)
                             .fragment({.identification = 77, .offset = 10})
                             .payload(33);
  Packet packet{};
  EXPECT_EQ(Decoder().decode(icmp.view(), packet), Fate::kNotTcpUdp);
}

TEST(Fragment, BorrowsForHalfAMinute) {
  Decoder decoder;
  Packet packet{};
  decoder.decode(first_fragment(77).view(), packet);
  EXPECT_EQ(decoder.decode(later_fragment(77, 30s).view(), packet),
            Fate::kUsed);
  EXPECT_EQ(decoder.decode(later_fragment(77, 31s).view(), packet),
            Fate::kFragmentWithoutPorts);
}

TEST(Fragment, ThatIsWholeInItselfNeedsNoMemory) {
  const TestFrame atomic = frame()
                               .ethernet()
                               .ipv6()
                               .fragment({.identification = 5})
                               .udp(1, 2)
                               .payload(3);
  Packet packet{};
  ASSERT_EQ(Decoder().decode(atomic.view(), packet), Fate::kUsed);
  EXPECT_EQ(packet.payload_length, 3u);
}

FragmentKey key_of(std::uint32_t identification) {
  return {test_address("10.0.0.1"), test_address("10.0.0.2"), identification,
          17};
}

TEST(FragmentTable, TellsDatagramsApartByAllThatTheyShare) {
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

TEST(FragmentTable, NeverLendsTheWrongPortsHoweverManyPassThrough) {
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
  EXPECT_LE(found, 1024u) << "the table has no more places";
}

}  // namespace
}  // namespace flowtell
