// SPDX-License-Identifier: Apache-2.0
//
// The heading under which each odd frame is counted.
#include <gtest/gtest.h>

#include <set>

#include "decode/decoder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

FrameOutcome fate_of(const TestFrame& frame) {
  Packet packet{};
  return Decoder().decode(frame.view(), packet);
}

TEST(FrameOutcome, OfOtherNetworkProtocolsIsNotIp) {
  EXPECT_EQ(fate_of(frame().ethernet().ether_type(0x0806).payload(28)),
            FrameOutcome::kNotIp);
}

TEST(FrameOutcome, OfUnknownLinksIsUnsupportedLink) {
  EXPECT_EQ(fate_of(frame().raw(static_cast<LinkType>(105)).ipv4().udp()),
            FrameOutcome::kUnsupportedLink);
}

TEST(FrameOutcome, OfOtherTransportsIsNotTcpUdp) {
  for (const unsigned number : {1u, 2u, 47u, 50u, 58u, 59u, 132u, 255u}) {
    const auto protocol = static_cast<std::uint8_t>(number);
    EXPECT_EQ(fate_of(frame().ethernet().ipv4().protocol(protocol).payload(8)),
              FrameOutcome::kNotTcpUdp);
    EXPECT_EQ(fate_of(frame().ethernet().ipv6().protocol(protocol).payload(8)),
              FrameOutcome::kNotTcpUdp);
    EXPECT_EQ(
        fate_of(
            frame().ethernet().ipv6().extension(60).protocol(protocol).payload(
                8)),
        FrameOutcome::kNotTcpUdp);
  }
}

struct Needed {
  TestFrame whole;
  std::size_t headers;  // as far as they are read
};

std::vector<Needed> frames_by_need() {
  return {
      {frame().ethernet().ipv4().tcp().payload(99), 14 + 20 + 14},
      {frame().ethernet().ipv4().udp().payload(99), 14 + 20 + 4},
      {frame().ethernet().ipv4("10.0.0.1", "10.0.0.2", 3).udp(), 14 + 32 + 4},
      {frame().ethernet().ipv6().tcp().payload(99), 14 + 40 + 14},
      {frame().ethernet().ipv6().extension(0, 1).udp(), 14 + 40 + 16 + 4},
      {frame().ethernet().vlan().ipv4().tcp().payload(99), 18 + 20 + 14},
      {frame().raw().ipv4().tcp().payload(99), 20 + 14},
  };
}

TEST(FrameOutcome,
     OfAFrameCutByTheSnapLengthIsCutShortUntilItsHeadersAreThere) {
  for (const Needed& each : frames_by_need()) {
    for (std::size_t cut = 0; cut <= each.whole.bytes.size(); ++cut) {
      TestFrame frame = each.whole;
      frame.bytes.resize(cut);
      const FrameOutcome outcome = fate_of(frame);
      ASSERT_EQ(outcome == FrameOutcome::kUsed, cut >= each.headers) << cut;
      if (outcome != FrameOutcome::kUsed) {
        ASSERT_EQ(outcome, FrameOutcome::kCutShort) << cut;
      }
    }
  }
}

TEST(FrameOutcome, OfAFrameThatNeverHadItsHeadersIsMalformed) {
  for (const Needed& each : frames_by_need()) {
    for (std::size_t end = 0; end < each.headers; ++end) {
      TestFrame frame = each.whole;
      frame.bytes.resize(end);
      frame.wire_length = static_cast<std::uint32_t>(end);
      ASSERT_EQ(fate_of(frame), FrameOutcome::kMalformed) << end;
    }
  }
}

TEST(FrameOutcome, OfAnIpVersionThatIsNoneIsMalformed) {
  for (const unsigned version : {0u, 5u, 7u, 15u}) {
    TestFrame frame = flowtell::frame().ethernet().ipv4().udp();
    frame.bytes[14] = static_cast<char>(version << 4 | 5);
    EXPECT_EQ(fate_of(frame), FrameOutcome::kMalformed);
  }
}

TEST(FrameOutcome, OfAnIpv4HeaderBelow20BytesIsMalformed) {
  for (const unsigned words : {0u, 1u, 4u}) {
    TestFrame frame = flowtell::frame().ethernet().ipv4().udp();
    frame.bytes[14] = static_cast<char>(0x40 | words);
    EXPECT_EQ(fate_of(frame), FrameOutcome::kMalformed);
  }
}

TEST(FrameOutcome, OfATcpHeaderBelow20BytesIsMalformed) {
  for (unsigned words = 0; words < 5; ++words) {
    EXPECT_EQ(fate_of(frame().ethernet().ipv4().tcp().data_offset(words)),
              FrameOutcome::kMalformed);
  }
  EXPECT_EQ(fate_of(frame().ethernet().ipv4().tcp().data_offset(5)),
            FrameOutcome::kUsed);
}

TEST(FrameOutcome, OfAStatedLengthBelowTheHeadersIsMalformed) {
  const auto stating = [](std::uint16_t length) {
    return fate_of(frame().ethernet().ipv4().tcp().stated_length(length));
  };
  EXPECT_EQ(stating(1), FrameOutcome::kMalformed);
  EXPECT_EQ(stating(39), FrameOutcome::kMalformed);
  EXPECT_EQ(stating(40), FrameOutcome::kUsed);
  EXPECT_EQ(fate_of(frame().ethernet().ipv6().udp().stated_length(7)),
            FrameOutcome::kMalformed);
  EXPECT_EQ(fate_of(frame().ethernet().ipv4().tcp().data_offset(15)),
            FrameOutcome::kMalformed);
}

TEST(Ledger, HasOneHeadingForEachFateInTheirOrder) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kLedgerHeadings.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kLedgerHeadings[i].outcome), i);
    EXPECT_FALSE(kLedgerHeadings[i].meaning.empty());
    names.insert(kLedgerHeadings[i].name);
  }
  EXPECT_EQ(names.size(), kLedgerHeadings.size());
}

TEST(Ledger, AddsUp) {
  Ledger one;
  one.count(FrameOutcome::kUsed);
  one.count(FrameOutcome::kUsed);
  one.count(FrameOutcome::kNotIp);
  Ledger other;
  other.count(FrameOutcome::kMalformed);
  other.count(FrameOutcome::kUsed);
  one += other;
  EXPECT_EQ(one.of(FrameOutcome::kUsed), 3u);
  EXPECT_EQ(one.of(FrameOutcome::kMalformed), 1u);
  EXPECT_EQ(one.of(FrameOutcome::kCutShort), 0u);
  EXPECT_EQ(one.sum(), 5u);
}

}  // namespace
}  // namespace flowtell
