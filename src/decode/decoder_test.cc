// SPDX-License-Identifier: Apache-2.0
//
// Tests of what the decoder reads from valid frames.
#include "decode/decoder.h"

#include <gtest/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

// The packet of a frame that must be valid; its payload is dangling.
Packet decoded(const TestFrame& frame) {
  Packet packet{};
  EXPECT_EQ(Decoder().decode(frame.view(), packet), FrameOutcome::kUsed);
  return packet;
}

TEST(Decoder, ReadsTcpOverIpv4) {
  const Packet packet = decoded(frame()
                                    .ethernet()
                                    .ipv4("192.168.12.100", "203.0.113.5")
                                    .tcp(40000, 443, kTcpSyn | kTcpAck)
                                    .sequence(0xfedcba98)
                                    .payload(100)
                                    .at(kTestStart + 5s));
  EXPECT_EQ(packet.time, kTestStart + 5s);
  EXPECT_EQ(packet.source.text(), "192.168.12.100");
  EXPECT_EQ(packet.destination.text(), "203.0.113.5");
  EXPECT_EQ(packet.source_port, 40000);
  EXPECT_EQ(packet.destination_port, 443);
  EXPECT_EQ(packet.protocol, Protocol::kTcp);
  EXPECT_EQ(packet.tcp_flags, kTcpSyn | kTcpAck);
  EXPECT_EQ(packet.tcp_sequence, 0xfedcba98u);
  EXPECT_EQ(packet.length, 140u);
  EXPECT_EQ(packet.payload_length, 100u);
}

TEST(Decoder, ReadsUdpOverIpv4) {
  const Packet packet =
      decoded(frame().ethernet().ipv4().udp(5353, 53).payload(30));
  EXPECT_EQ(packet.protocol, Protocol::kUdp);
  EXPECT_EQ(packet.source_port, 5353);
  EXPECT_EQ(packet.destination_port, 53);
  EXPECT_EQ(packet.tcp_flags, 0);
  EXPECT_EQ(packet.length, 58u);
  EXPECT_EQ(packet.payload_length, 30u);
}

TEST(Decoder, ReadsTcpAndUdpOverIpv6) {
  const Packet tcp = decoded(
      frame().ethernet().ipv6("fd00::1", "2001:db8::2").tcp().payload(100));
  EXPECT_EQ(tcp.source.text(), "fd00::1");
  EXPECT_EQ(tcp.destination.text(), "2001:db8::2");
  EXPECT_EQ(tcp.length, 160u);
  EXPECT_EQ(tcp.payload_length, 100u);
  const Packet udp = decoded(frame().ethernet().ipv6().udp().payload(0));
  EXPECT_EQ(udp.length, 48u);
  EXPECT_EQ(udp.payload_length, 0u);
}

TEST(Decoder, ExcludesOptionsFromThePayload) {
  const Packet packet = decoded(frame()
                                    .ethernet()
                                    .ipv4("10.0.0.1", "10.0.0.2", 10)
                                    .tcp(1, 2, kTcpAck, 10)
                                    .payload(7));
  EXPECT_EQ(packet.length, 127u);
  EXPECT_EQ(packet.payload_length, 7u);
}

TEST(Decoder, ReturnsTheCapturedPayload) {
  const TestFrame whole =
      frame().ethernet().ipv4().tcp(1, 2, kTcpAck, 3).payload("Hello, world");
  TestFrame cut = whole;
  cut.bytes.resize(cut.bytes.size() - 7);
  Packet packet{};
  ASSERT_EQ(Decoder().decode(whole.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(as_text(packet.payload), "Hello, world");
  ASSERT_EQ(Decoder().decode(cut.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(as_text(packet.payload), "Hello");
  EXPECT_EQ(packet.payload_length, 12u);
}

TEST(Decoder, TakesLengthsFromHeadersNotFromTheCapturedSize) {
  for (const std::size_t snap : {54u, 60u, 512u, 1514u}) {
    const Packet packet =
        decoded(frame().ethernet().ipv4().tcp().payload(1460).snap(snap));
    EXPECT_EQ(packet.length, 1500u);
    EXPECT_EQ(packet.payload_length, 1460u);
  }
}

TEST(Decoder, ExcludesEthernetPadding) {
  const TestFrame padded =
      frame().ethernet().ipv4().udp().payload("ab").padding(16);
  Packet packet{};
  ASSERT_EQ(Decoder().decode(padded.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(packet.length, 30u);
  EXPECT_EQ(packet.payload_length, 2u);
  EXPECT_EQ(as_text(packet.payload), "ab");
}

// Also in frames that the fast path does not decode.
TEST(Decoder, ExcludesPaddingOnTheGeneralPath) {
  for (const TestFrame& padded :
       {frame()
            .ethernet()
            .vlan()
            .ipv4()
            .udp()
            .payload("ab")
            .padding(16)
            .build(),
        frame().ethernet().ipv6().udp().payload("ab").padding(16).build(),
        frame().ethernet().ipv6().tcp().payload("ab").padding(6).build(),
        frame()
            .ethernet()
            .ipv4("10.0.0.1", "10.0.0.2", 1)
            .tcp()
            .payload("ab")
            .padding(6)
            .build()}) {
    Packet packet{};
    ASSERT_EQ(Decoder().decode(padded.view(), packet), FrameOutcome::kUsed);
    EXPECT_EQ(packet.payload_length, 2u);
    EXPECT_EQ(as_text(packet.payload), "ab");
  }
}

TEST(Decoder, ReportsTheSameLengthsOnEveryLink) {
  for (const TestFrame& each :
       {frame().ethernet().vlan().ipv4().udp().payload(70).build(),
        frame().ethernet().pppoe().ipv4().udp().payload(70).build(),
        frame().linux_sll().ipv4().udp().payload(70).build(),
        frame().linux_sll2().ipv4().udp().payload(70).build(),
        frame().raw().ipv4().udp().payload(70).build(),
        frame().null(ByteOrder::kLittle).ipv4().udp().payload(70).build()}) {
    const Packet packet = decoded(each);
    EXPECT_EQ(packet.length, 98u);
    EXPECT_EQ(packet.payload_length, 70u);
  }
}

// Segments joined by offload can exceed the field, which is then 0.
TEST(Decoder, UsesTheWireLengthForAStatedZero) {
  const TestFrame joined =
      frame().ethernet().ipv4().tcp().payload(70'000).stated_length(0).snap(
          100);
  const Packet packet = decoded(joined);
  EXPECT_EQ(packet.length, 70'040u);
  EXPECT_EQ(packet.payload_length, 70'000u);
  EXPECT_EQ(decoded(frame().linux_sll2().ipv4().udp().stated_length(0)).length,
            28u);
}

TEST(Decoder, SkipsIpv6ExtensionHeaders) {
  constexpr std::uint8_t kExtensions[] = {0, 43, 51, 60, 135, 139, 140};
  FrameBuilder chain = frame().ethernet().ipv6();
  std::uint32_t length = 40;
  for (const std::uint8_t kind : kExtensions) {
    chain.extension(kind, 2);
    length += kind == 51 ? 16 : 24;  // authentication counts words
    const Packet packet = decoded(FrameBuilder(chain).udp(7, 8).payload(5));
    EXPECT_EQ(packet.source_port, 7) << "after header " << int{kind};
    EXPECT_EQ(packet.length, length + 13);
    EXPECT_EQ(packet.payload_length, 5u);
  }
}

TEST(Decoder, UsesTheWireLengthForAStatedZeroOverIpv6) {
  const Packet packet = decoded(
      frame().ethernet().ipv6().tcp().payload(70'000).stated_length(0).snap(
          100));
  EXPECT_EQ(packet.length, 70'060u);
  EXPECT_EQ(packet.payload_length, 70'000u);
}

TEST(Decoder, RejectsAWireLengthBeyondTheLongestFrame) {
  TestFrame joined = frame().ethernet().ipv4().tcp().stated_length(0);
  Packet packet{};
  joined.wire_length = 14 + kMaxFrameSize;
  ASSERT_EQ(Decoder().decode(joined.view(), packet), FrameOutcome::kUsed);
  EXPECT_EQ(packet.length, kMaxFrameSize);
  joined.wire_length = 14 + kMaxFrameSize + 1;
  EXPECT_EQ(Decoder().decode(joined.view(), packet), FrameOutcome::kMalformed);
  joined.wire_length = 3;  // below the link's own header
  EXPECT_EQ(Decoder().decode(joined.view(), packet), FrameOutcome::kMalformed);
}

// One Packet object is reused for all frames.
TEST(Decoder, OverwritesThePreviousPacket) {
  for (const TestFrame& udp :
       {frame().ethernet().ipv4().udp().payload(1).build(),
        frame().ethernet().vlan().ipv4().udp().payload(1).build(),
        frame().ethernet().ipv6().udp().payload(1).build()}) {
    Packet packet{};
    packet.tcp_flags = 0xff;
    packet.tcp_sequence = 7;
    ASSERT_EQ(Decoder().decode(udp.view(), packet), FrameOutcome::kUsed);
    EXPECT_EQ(packet.tcp_flags, 0);
    EXPECT_EQ(packet.tcp_sequence, 0u);
  }
}

// "Do not fragment" and the reserved bit.
TEST(Decoder, IgnoresTheOtherFragmentFlags) {
  for (FrameBuilder link : {frame().ethernet(), frame().ethernet().vlan()}) {
    TestFrame made = link.ipv4().udp(7, 8).payload(5);
    const std::size_t flags_at = made.bytes.size() - 5 - 8 - 20 + 6;
    for (const int flags : {0x40, 0x80, 0xc0}) {
      made.bytes[flags_at] = static_cast<char>(flags);
      EXPECT_EQ(decoded(made).source_port, 7) << flags;
    }
  }
}

}  // namespace
}  // namespace flowtell
