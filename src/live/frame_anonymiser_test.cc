// SPDX-License-Identifier: Apache-2.0
#include "live/frame_anonymiser.h"

#include <gtest/gtest.h>

#include "support/encapsulations.h"
#include "support/packet_fields.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

AnonymiserKey test_key() {
  AnonymiserKey key;
  key.bytes.fill(7);
  return key;
}

std::string kept(const TestFrame& frame) {
  FrameAnonymiser anonymiser(test_key());
  const auto bytes = anonymiser.kept(frame.view());
  return bytes ? std::string(as_text(*bytes)) : "";
}

Packet decoded(const std::string& bytes, LinkType link) {
  Packet packet;
  EXPECT_EQ(Decoder().decode({kTestStart, as_bytes(bytes), 60, link}, packet),
            FrameOutcome::kUsed);
  return packet;
}

// The fields that make flows must be unchanged, except for the addresses.
void expect_same_but_for_addresses(const TestFrame& frame) {
  SCOPED_TRACE(testing::PrintToString(frame));
  const std::string bytes = kept(frame);
  ASSERT_FALSE(bytes.empty());
  const Packet from = decoded(frame.bytes, frame.link);
  const Packet to = decoded(bytes, frame.link);
  Anonymiser anonymiser(test_key());
  EXPECT_EQ(to.source, anonymiser.address(from.source));
  EXPECT_EQ(to.destination, anonymiser.address(from.destination));
  EXPECT_EQ(fields_without_addresses(to), fields_without_addresses(from));
  EXPECT_TRUE(to.payload.empty()) << "no content";
}

TEST(FrameAnonymiser, ChangesOnlyAddresses) {
  expect_same_but_for_addresses(
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn, 5).sequence(77));
  expect_same_but_for_addresses(frame().ethernet().ipv4().tcp().payload(1000));
  expect_same_but_for_addresses(frame().ethernet().ipv4().udp().payload("dns"));
  expect_same_but_for_addresses(
      frame().ethernet().vlan().ipv6().udp(5353, 5353).payload(90));
  expect_same_but_for_addresses(
      frame().ethernet().pppoe().ipv6().tcp().payload(9));
  expect_same_but_for_addresses(frame().raw().ipv4().tcp().payload(9));
  expect_same_but_for_addresses(frame().linux_sll().ipv4().udp().payload(9));
  expect_same_but_for_addresses(frame().linux_sll2().ipv6().udp().payload(9));
  expect_same_but_for_addresses(
      frame().ethernet().ipv4("10.0.0.1", "10.0.0.2", 3).tcp().payload(9));
}

// Fills each address and content field with letters, then searches for them.
TEST(FrameAnonymiser, LeavesNoIdentifyingBytes) {
  TestFrame whole = frame()
                        .ethernet()
                        .ipv4("77.77.77.77", "78.78.78.78", 2)
                        .tcp(40000, 443, kTcpAck, 3)
                        .payload("GET /secret");
  whole.bytes.replace(0, 12, "ABCDEFGHIJKL");  // both MACs
  whole.bytes.replace(34, 8, "optoptop");      // of IP
  whole.bytes.replace(14 + 28 + 16, 2, "SU");  // TCP's checksum
  whole.bytes.replace(14 + 28 + 20, 12, "timestampsts");
  const std::string bytes = kept(whole);
  ASSERT_EQ(bytes.size(), 14u + 28 + 32);
  for (const char* pattern : {"ABC", "FGH", "IJK", "MMM", "NNN", "opt", "SU",
                              "stamp", "secret", "GET"}) {
    EXPECT_EQ(bytes.find(pattern), bytes.npos) << pattern;
  }
}

TEST(FrameAnonymiser, UpdatesTheIpHeaderChecksum) {
  const std::string bytes =
      kept(frame().ethernet().ipv4("10.0.0.1", "10.0.0.2", 3).udp());
  ASSERT_FALSE(bytes.empty());
  std::uint32_t sum = 0;
  for (std::size_t at = 14; at < 14 + 32; at += 2) {
    sum += load<std::uint16_t>(&as_bytes(bytes)[at], ByteOrder::kBig);
  }
  EXPECT_EQ((sum & 0xffff) + (sum >> 16), 0xffffu);
}

TEST(FrameAnonymiser, MapsAMacAlikeInAllFrames) {
  const auto macs = [](Port port) {
    return kept(frame().ethernet().ipv4().udp(port, 443)).substr(0, 12);
  };
  EXPECT_EQ(macs(1), macs(2));
  EXPECT_NE(macs(1),
            TestFrame(frame().ethernet().ipv4().udp()).bytes.substr(0, 12));
}

// The address has another offset there, and may be longer than a MAC.
TEST(FrameAnonymiser, MapsTheMacInCookedHeaders) {
  const Anonymiser anonymiser(test_key());
  const auto mac = anonymiser.mac({'A', 'B', 'C', 'D', 'E', 'F'});
  const std::string mapped(mac.begin(), mac.end());
  const std::string no_more(2, '\0');
  TestFrame one = frame().linux_sll().ipv4().udp();
  const std::string ahead = one.bytes.substr(0, 6);
  const std::string behind = one.bytes.substr(14, 2);
  one.bytes.replace(6, 8, "ABCDEFGH");
  EXPECT_EQ(kept(one).substr(0, 16), ahead + mapped + no_more + behind);
  TestFrame two = frame().linux_sll2().ipv6().udp();
  const std::string front = two.bytes.substr(0, 12);
  two.bytes.replace(12, 8, "ABCDEFGH");
  EXPECT_EQ(kept(two).substr(0, 20), front + mapped + no_more);
}

TEST(FrameAnonymiser, MapsBothMacsOfEthernet) {
  const Anonymiser anonymiser(test_key());
  TestFrame one = frame().ethernet().ipv4().udp();
  one.bytes.replace(0, 12, "ABCDEFGHIJKL");
  std::string mapped;
  for (const auto& mac : {anonymiser.mac({'A', 'B', 'C', 'D', 'E', 'F'}),
                          anonymiser.mac({'G', 'H', 'I', 'J', 'K', 'L'})}) {
    mapped.append(mac.begin(), mac.end());
  }
  EXPECT_EQ(kept(one).substr(0, 12), mapped);
}

// TCP timestamps identify machines, so no-operations replace them.
TEST(FrameAnonymiser, PadsOptionsAndClearsChecksums) {
  TestFrame tcp =
      frame().raw().ipv4("10.0.0.1", "10.0.0.2", 1).tcp(1, 2, kTcpAck, 2);
  const std::size_t at = 24;
  tcp.bytes.replace(20, 4, "opts");
  tcp.bytes.replace(at + 16, 4, "SUup");
  tcp.bytes.replace(at + 20, 8, "optionss");
  const std::string tcp_out = kept(tcp);
  ASSERT_EQ(tcp_out.size(), at + 28);
  EXPECT_EQ(tcp_out.substr(20, 4), std::string(4, '\0'));
  EXPECT_EQ(tcp_out.substr(at, 16), tcp.bytes.substr(at, 16));
  EXPECT_EQ(tcp_out.substr(at + 16, 4), std::string("\0\0up", 4));
  EXPECT_EQ(tcp_out.substr(at + 20), std::string(8, '\1'));
  TestFrame udp = frame().raw().ipv6().udp().payload(4);
  udp.bytes.replace(46, 6, "SUdata");
  const std::string udp_out = kept(udp);
  ASSERT_EQ(udp_out.size(), 48u);
  EXPECT_EQ(udp_out.substr(40, 6), udp.bytes.substr(40, 6));
  EXPECT_EQ(udp_out.substr(46), std::string(2, '\0'));
}

TEST(FrameAnonymiser, KeepsFragmentsAndTheirPorts) {
  FrameAnonymiser anonymiser(test_key());
  const TestFrame first =
      frame().ethernet().ipv4().fragment({9, 0, true}).udp().payload(72);
  const TestFrame later = frame()
                              .ethernet()
                              .ipv4()
                              .fragment({9, 10, false})
                              .protocol(17)
                              .payload(40);
  ASSERT_TRUE(anonymiser.kept(first.view()));
  const auto bytes = anonymiser.kept(later.view());
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 14u + 20);
}

TEST(FrameAnonymiser, LeavesOutFramesWithAddressesInTheirContent) {
  EXPECT_EQ(kept(frame().ethernet().ether_type(0x0806).payload(28)), "")
      << "ARP";
  EXPECT_EQ(kept(frame().ethernet().ipv4().protocol(1).payload(64)), "")
      << "ICMP";
  EXPECT_EQ(kept(frame().ethernet().ipv6().extension(43, 2).udp()), "")
      << "a route";
  EXPECT_EQ(kept(frame().ethernet().ipv4().tcp().snap(20)), "");
}

// Reads and writes nothing beyond the captured bytes, at any cut.
TEST(FrameAnonymiser, AcceptsFramesCutAnywhere) {
  for (const TestFrame& whole :
       {TestFrame(frame()
                      .ethernet()
                      .ipv4("1.2.3.4", "5.6.7.8", 4)
                      .tcp(1, 2, kTcpAck, 9)
                      .payload(9)),
        TestFrame(frame()
                      .ethernet()
                      .vlan()
                      .ipv6()
                      .fragment({1, 0, true})
                      .udp()
                      .payload(9)),
        TestFrame(frame().linux_sll2().ipv6().tcp(1, 2, kTcpAck, 9))}) {
    for (std::size_t size = 0; size <= whole.bytes.size(); ++size) {
      TestFrame cut = whole;
      cut.bytes.resize(size);
      EXPECT_LE(kept(cut).size(), size);
    }
  }
}

TEST(FrameAnonymiser, LeavesOutHeadersThatMayHoldAddresses) {
  const TestFrame inner = frame().ethernet().ipv4().tcp().payload(9);
  for (const TunnelHeader& header : ip_tunnel_headers()) {
    EXPECT_EQ(kept(ip_tunnelled(frame().ethernet().ipv4(), header, inner)), "")
        << header.name;
  }
  for (const std::string_view digits :
       {"88 e7 00 00 00 01 02 00 00 00 00 03 02 00 00 00 00 04 TT TT",
        "88 47 00 01 01 40",
        "88 e5 20 00 00 00 00 01 02 00 00 00 00 02 00 01 "
        "TT TT",
        "00 64 aa aa 03 00 00 00 TT TT"}) {
    const std::string all =
        "02 00 00 00 00 01 02 00 00 00 00 02 " + std::string(digits);
    EXPECT_EQ(kept(with_header({LinkType::kEthernet, all}, inner)), "")
        << digits;
  }
}

TEST(FrameAnonymiser, KeepsOnlyTheOuterHeadersOfTunnelsOverUdp) {
  const TestFrame inner = frame().ethernet().ipv4().tcp().payload(9);
  for (const TunnelHeader& header : udp_tunnel_headers()) {
    const TestFrame made =
        udp_tunnelled(frame().ethernet().ipv4(), header, inner);
    EXPECT_EQ(kept(made).size(), 14u + 20 + 8) << header.name;
  }
}

TEST(FrameAnonymiser, SupportsLinkTypesWithKnownAddresses) {
  EXPECT_TRUE(FrameAnonymiser::knows(LinkType::kEthernet));
  for (const LinkType link :
       {LinkType::kRaw, LinkType::kRawOpenBsd, LinkType::kIpv4, LinkType::kIpv6,
        LinkType::kLinuxSll, LinkType::kLinuxSll2}) {
    EXPECT_TRUE(FrameAnonymiser::knows(link)) << static_cast<int>(link);
  }
  EXPECT_FALSE(FrameAnonymiser::knows(LinkType::kNull));
  EXPECT_FALSE(FrameAnonymiser::knows(static_cast<LinkType>(105))) << "WLAN";
}

}  // namespace
}  // namespace flowtell
