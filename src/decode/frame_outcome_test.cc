// SPDX-License-Identifier: Apache-2.0
//
// Tests of the ledger heading under which each unusable frame is counted.
#include <gtest/gtest.h>

#include <set>

#include "decode/decoder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

FrameOutcome decode(const TestFrame& frame) {
  Packet packet{};
  return Decoder().decode(frame.view(), packet);
}

TEST(FrameOutcome, IsNotIpForOtherNetworkProtocols) {
  EXPECT_EQ(decode(frame().ethernet().ether_type(0x0806).payload(28)),
            FrameOutcome::kNotIp);
}

TEST(FrameOutcome, IsUnsupportedLinkForUnknownLinkTypes) {
  EXPECT_EQ(decode(frame().raw(LinkType{147}).ipv4().udp()),
            FrameOutcome::kUnsupportedLink);
}

TEST(FrameOutcome, IsNotTcpUdpForOtherTransports) {
  for (const unsigned number : {1u, 2u, 47u, 50u, 58u, 59u, 132u, 255u}) {
    const auto protocol = static_cast<std::uint8_t>(number);
    EXPECT_EQ(decode(frame().ethernet().ipv4().protocol(protocol).payload(8)),
              FrameOutcome::kNotTcpUdp);
    EXPECT_EQ(decode(frame().ethernet().ipv6().protocol(protocol).payload(8)),
              FrameOutcome::kNotTcpUdp);
    EXPECT_EQ(
        decode(
            frame().ethernet().ipv6().extension(60).protocol(protocol).payload(
                8)),
        FrameOutcome::kNotTcpUdp);
  }
}

struct RequiredHeaders {
  TestFrame whole;
  std::size_t headers;  // bytes that are read
};

std::vector<RequiredHeaders> frames_and_headers() {
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

TEST(FrameOutcome, IsCutShortUntilTheHeadersAreCaptured) {
  for (const RequiredHeaders& each : frames_and_headers()) {
    for (std::size_t cut = 0; cut <= each.whole.bytes.size(); ++cut) {
      TestFrame frame = each.whole;
      frame.bytes.resize(cut);
      const FrameOutcome outcome = decode(frame);
      ASSERT_EQ(outcome == FrameOutcome::kUsed, cut >= each.headers) << cut;
      if (outcome != FrameOutcome::kUsed) {
        ASSERT_EQ(outcome, FrameOutcome::kCutShort) << cut;
      }
    }
  }
}

TEST(FrameOutcome, IsMalformedIfTheHeadersWereNeverSent) {
  for (const RequiredHeaders& each : frames_and_headers()) {
    for (std::size_t end = 0; end < each.headers; ++end) {
      TestFrame frame = each.whole;
      frame.bytes.resize(end);
      frame.wire_length = static_cast<std::uint32_t>(end);
      ASSERT_EQ(decode(frame), FrameOutcome::kMalformed) << end;
    }
  }
}

TEST(FrameOutcome, IsMalformedForAnUnknownIpVersion) {
  for (const unsigned version : {0u, 5u, 7u, 15u}) {
    TestFrame frame = flowtell::frame().ethernet().ipv4().udp();
    frame.bytes[14] = static_cast<char>(version << 4 | 5);
    EXPECT_EQ(decode(frame), FrameOutcome::kMalformed);
  }
}

TEST(FrameOutcome, IsMalformedForAnIpv4HeaderBelow20Bytes) {
  for (const unsigned words : {0u, 1u, 4u}) {
    TestFrame frame = flowtell::frame().ethernet().ipv4().udp();
    frame.bytes[14] = static_cast<char>(0x40 | words);
    EXPECT_EQ(decode(frame), FrameOutcome::kMalformed);
  }
}

TEST(FrameOutcome, IsMalformedForATcpHeaderBelow20Bytes) {
  for (unsigned words = 0; words < 5; ++words) {
    EXPECT_EQ(decode(frame().ethernet().ipv4().tcp().data_offset(words)),
              FrameOutcome::kMalformed);
  }
  EXPECT_EQ(decode(frame().ethernet().ipv4().tcp().data_offset(5)),
            FrameOutcome::kUsed);
}

TEST(FrameOutcome, IsMalformedForALengthBelowTheHeaders) {
  const auto outcome_for = [](std::uint16_t length) {
    return decode(frame().ethernet().ipv4().tcp().stated_length(length));
  };
  EXPECT_EQ(outcome_for(1), FrameOutcome::kMalformed);
  EXPECT_EQ(outcome_for(39), FrameOutcome::kMalformed);
  EXPECT_EQ(outcome_for(40), FrameOutcome::kUsed);
  EXPECT_EQ(decode(frame().ethernet().ipv6().udp().stated_length(7)),
            FrameOutcome::kMalformed);
  EXPECT_EQ(decode(frame().ethernet().ipv4().tcp().data_offset(15)),
            FrameOutcome::kMalformed);
}

TEST(Ledger, HasOneHeadingPerOutcomeInOrder) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kLedgerHeadings.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kLedgerHeadings[i].outcome), i);
    EXPECT_FALSE(kLedgerHeadings[i].meaning.empty());
    names.insert(kLedgerHeadings[i].name);
  }
  EXPECT_EQ(names.size(), kLedgerHeadings.size());
}

TEST(Ledger, SumsCounts) {
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
