// SPDX-License-Identifier: Apache-2.0
#include "decode/link_layer.h"

#include <gtest/gtest.h>

#include "support/owned_captures.h"

namespace flowtell {
namespace {

LinkPayload inside(const TestFrame& frame) {
  return find_datagram(frame.link, as_bytes(frame.bytes));
}

// The link headers under test, each followed by IP.
std::vector<std::pair<const char*, FrameBuilder>> links() {
  return {
      {"Ethernet", frame().ethernet()},
      {"VLAN", frame().ethernet().vlan()},
      {"QinQ", frame().ethernet().vlan(0x88a8).vlan()},
      {"old QinQ", frame().ethernet().vlan(0x9100).vlan(0x9100).vlan()},
      {"PPPoE", frame().ethernet().pppoe()},
      {"PPPoE in a VLAN", frame().ethernet().vlan().pppoe()},
      {"cooked v1", frame().linux_sll()},
      {"cooked v1 with a VLAN", frame().linux_sll().vlan()},
      {"cooked v2", frame().linux_sll2()},
      {"raw", frame().raw()},
      {"raw, OpenBSD", frame().raw(LinkType::kRawOpenBsd)},
      {"raw IPv4", frame().raw(LinkType::kIpv4)},
      {"raw IPv6", frame().raw(LinkType::kIpv6)},
      {"little-endian loopback", frame().null(ByteOrder::kLittle)},
      {"big-endian loopback", frame().null(ByteOrder::kBig)},
      {"OpenBSD loopback", frame().loop()},
  };
}

TEST(LinkLayer, FindsTheDatagramAfterEveryLinkHeader) {
  const std::string ipv4 = frame().raw().ipv4().udp().payload(9).build().bytes;
  const std::string ipv6 = frame().raw().ipv6().tcp().payload(9).build().bytes;
  for (const auto& [name, link] : links()) {
    const TestFrame v4 = FrameBuilder(link).ipv4().udp().payload(9);
    EXPECT_EQ(inside(v4).outcome, FrameOutcome::kUsed) << name;
    EXPECT_EQ(as_text(inside(v4).datagram), ipv4) << name;
    const TestFrame v6 = FrameBuilder(link).ipv6().tcp().payload(9);
    EXPECT_EQ(inside(v6).outcome, FrameOutcome::kUsed) << name;
    EXPECT_EQ(as_text(inside(v6).datagram), ipv6) << name;
  }
}

TEST(LinkLayer, ReportsTruncatedHeaders) {
  for (const auto& [name, link] : links()) {
    const TestFrame bare = link.build();
    for (std::size_t cut = 0; cut < bare.bytes.size(); ++cut) {
      const TestFrame frame = FrameBuilder(link).ipv4().udp().snap(cut);
      const FrameOutcome outcome = inside(frame).outcome;
      EXPECT_TRUE(outcome == FrameOutcome::kCutShort ||
                  outcome == FrameOutcome::kNotIp)
          << name << " cut to " << cut;
      EXPECT_TRUE(inside(frame).datagram.empty() ||
                  outcome == FrameOutcome::kNotIp);
    }
  }
}

TEST(LinkLayer, DistinguishesOtherProtocolsFromIp) {
  constexpr std::uint16_t kArp = 0x0806;
  constexpr std::uint16_t kLengthOfLlc = 38;
  constexpr std::uint16_t kPppLinkControl = 0xc021;
  constexpr std::uint16_t kPppoeDiscovery = 0x8863;
  for (const TestFrame& frame :
       {frame().ethernet().ether_type(kArp).payload(28).build(),
        frame().ethernet().ether_type(kLengthOfLlc).payload(38).build(),
        frame().ethernet().ether_type(kPppoeDiscovery).payload(28).build(),
        frame().ethernet().vlan().ether_type(kArp).payload(28).build(),
        frame().ethernet().pppoe().ether_type(kPppLinkControl).build(),
        frame().linux_sll().ether_type(kArp).payload(28).build(),
        frame().linux_sll2().ether_type(kArp).payload(28).build(),
        frame().null(ByteOrder::kLittle, 7).payload(28).build(),
        frame().null(ByteOrder::kBig, 0x12345678).payload(28).build()}) {
    EXPECT_EQ(inside(frame).outcome, FrameOutcome::kNotIp);
  }
}

TEST(LinkLayer, AcceptsEveryAddressFamilyOfIpv6) {
  for (const std::uint32_t family : {10u, 24u, 28u, 30u}) {
    for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
      EXPECT_EQ(inside(frame().null(order, family).ipv6().udp()).outcome,
                FrameOutcome::kUsed)
          << family;
    }
  }
}

TEST(LinkLayer, RejectsOtherLinkTypes) {
  const LinkPayload payload =
      inside(frame().raw(LinkType{147}).ipv4().udp().payload(9));
  EXPECT_EQ(payload.outcome, FrameOutcome::kUnsupportedLink);
  EXPECT_TRUE(payload.datagram.empty());
}

TEST(LinkLayer, FindsTheDatagramInALogRecord) {
  const TestFrame packet = frame().ethernet().ipv4().udp().payload(9);
  const std::string datagram = packet.bytes.substr(14);
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    const TestFrame record = nflog_frame(packet, 10123, order);
    EXPECT_EQ(inside(record).outcome, FrameOutcome::kUsed);
    EXPECT_EQ(as_text(inside(record).datagram), datagram);
    for (std::size_t cut = 0; cut < record.bytes.size(); ++cut) {
      TestFrame part = record;
      part.bytes.resize(cut);
      const LinkPayload found = inside(part);
      EXPECT_TRUE(datagram.starts_with(as_text(found.datagram))) << cut;
    }
  }
}

// Lengths of attributes that lead nowhere end the search.
TEST(LinkLayer, ToleratesLogRecordsOfAnyBytes) {
  for (unsigned length = 0; length < 256; ++length) {
    TestFrame record = nflog_frame(frame().ethernet().ipv4().udp(), 1);
    record.bytes[4] = static_cast<char>(length);
    EXPECT_NE(inside(record).outcome, FrameOutcome::kUnsupportedLink);
  }
  TestFrame none = frame().raw(LinkType::kNflog).payload(64);
  EXPECT_EQ(inside(none).outcome, FrameOutcome::kNotIp);
}

TEST(LinkLayer, FindsTheDatagramBehindPktap) {
  const TestFrame packet = frame().ethernet().vlan().ipv6().tcp().payload(9);
  const TestFrame tapped = pktap_frame(packet, "Safari");
  EXPECT_EQ(inside(tapped).outcome, FrameOutcome::kUsed);
  EXPECT_EQ(as_text(inside(tapped).datagram), packet.bytes.substr(18));

  const auto with = [&](std::size_t at, char value) {
    TestFrame changed = tapped;
    changed.bytes[at] = value;
    return inside(changed).outcome;
  };
  EXPECT_EQ(with(0, 100), FrameOutcome::kMalformed) << "a short header";
  EXPECT_EQ(with(1, 100), FrameOutcome::kCutShort) << "a long header";
  EXPECT_EQ(with(4, 0), FrameOutcome::kNotIp) << "no packet";
  EXPECT_EQ(with(8, '\x93'), FrameOutcome::kUnsupportedLink) << "private";
  EXPECT_EQ(with(10, 1), FrameOutcome::kUnsupportedLink) << "no link type";
  TestFrame nested = tapped;
  nested.bytes[8] = 2;
  nested.bytes[9] = 1;
  EXPECT_EQ(inside(nested).outcome, FrameOutcome::kUnsupportedLink);
  for (std::size_t cut = 0; cut < 156; ++cut) {
    TestFrame part = tapped;
    part.bytes.resize(cut);
    EXPECT_EQ(inside(part).outcome, FrameOutcome::kCutShort) << cut;
  }
}

TEST(LinkLayer, ToleratesAFrameOfOnlyVlanTags) {
  FrameBuilder tags = frame().ethernet();
  for (int i = 0; i < 10'000; ++i) tags.vlan();
  EXPECT_EQ(inside(tags.ether_type(0x8100)).outcome, FrameOutcome::kCutShort);
}

}  // namespace
}  // namespace flowtell
