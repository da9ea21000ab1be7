// SPDX-License-Identifier: Apache-2.0
#include "gateway/dhcp_probe.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

constexpr std::uint32_t kTransaction = 0x12345678;
constexpr std::size_t kMessage = 28;  // after the IP and UDP headers
constexpr std::size_t kOptions = kMessage + 240;

std::string discover() {
  return dhcp_discover(Mac{2, 0, 0, 0, 0, 7}, kTransaction);
}

// A DHCPOFFER of a server at 10.0.0.1, made from the DHCPDISCOVER.
std::string offer() {
  std::string packet = discover();
  packet.replace(12, 4, std::string("\x0a\x00\x00\x01", 4));
  packet.replace(20, 4, std::string("\x00\x43\x00\x44", 4));
  packet[kMessage] = 2;      // a reply
  packet[kOptions + 2] = 2;  // an offer
  return packet;
}

std::optional<Ipv4> server_in(const std::string& packet) {
  return dhcp_offer_from(as_bytes(packet), kTransaction);
}

TEST(DhcpProbe, ProbesAsAClientWithoutAnAddress) {
  const std::string packet = discover();
  EXPECT_GE(packet.size(), 28u + 300u);  // the minimum of BOOTP
  ByteReader reader(as_bytes(packet));
  std::uint32_t sum = 0;
  for (int i = 0; i < 10; ++i) sum += reader.u16();
  EXPECT_EQ((sum & 0xffff) + (sum >> 16), 0xffffu);  // RFC 1071
  EXPECT_EQ(reader.u16(), 68);
  EXPECT_EQ(reader.u16(), 67);
  EXPECT_EQ(packet.substr(kMessage + 28, 6),
            std::string("\x02\x00\x00\x00\x00\x07", 6));
}

// RFC 2131, table 1, and 4.4.1.
TEST(DhcpProbe, FillsEveryFieldOfTheDiscover) {
  const std::string packet = discover();
  ByteReader ip(as_bytes(packet));
  EXPECT_EQ(ip.u16(), 0x4500);
  EXPECT_EQ(ip.u16(), packet.size());
  EXPECT_EQ(ip.u32(), 0u) << "no fragment";
  EXPECT_EQ(ip.u8(), 64);
  EXPECT_EQ(ip.u8(), 17) << "UDP";
  ip.skip(2);
  EXPECT_EQ(ip.u32(), 0u);
  EXPECT_EQ(ip.u32(), 0xffffffff) << "broadcast";
  ip.skip(4);
  EXPECT_EQ(ip.u16(), packet.size() - 20);
  EXPECT_EQ(ip.u16(), 0) << "no checksum";
  EXPECT_EQ(ip.u32(), 0x01010600u) << "a request over Ethernet";
  EXPECT_EQ(ip.u32(), kTransaction);
  EXPECT_EQ(ip.u32(), 0x8000u) << "broadcast the reply";
  EXPECT_EQ(as_text(ip.take(16)), std::string(16, '\0'));
  ip.skip(6);
  EXPECT_EQ(as_text(ip.take(202)), std::string(202, '\0'));
  EXPECT_EQ(ip.u32(), 0x63825363u);
  EXPECT_EQ(ip.u32(), 0x350101ffu) << "a DHCPDISCOVER, and the end";
  EXPECT_EQ(as_text(ip.rest()), std::string(60, '\0'));
}

TEST(DhcpProbe, RecognisesAnOffer) {
  EXPECT_EQ(server_in(offer())->text(), "10.0.0.1");
}

TEST(DhcpProbe, IgnoresOtherMessages) {
  EXPECT_FALSE(server_in(discover()));
  EXPECT_FALSE(dhcp_offer_from(as_bytes(offer()), kTransaction + 1));
  std::string refusal = offer();
  refusal[kOptions + 2] = 6;
  EXPECT_FALSE(server_in(refusal));
  std::string of_tcp = offer();
  of_tcp[9] = 6;
  EXPECT_FALSE(server_in(of_tcp));
}

// Checks each condition separately.
TEST(DhcpProbe, IgnoresOtherPackets) {
  const auto is_offer_with = [](std::size_t at, int value) {
    std::string packet = offer();
    packet[at] = static_cast<char>(value);
    return server_in(packet).has_value();
  };
  EXPECT_TRUE(is_offer_with(1, 0));
  EXPECT_FALSE(is_offer_with(21, 68)) << "not from a server's port";
  EXPECT_FALSE(is_offer_with(kMessage, 1)) << "a request";
  EXPECT_FALSE(is_offer_with(kMessage + 4, 0)) << "another transaction";
  EXPECT_FALSE(is_offer_with(kMessage + 236, 0)) << "BOOTP";
  EXPECT_FALSE(is_offer_with(kOptions + 1, 2)) << "a type of two bytes";
}

TEST(DhcpProbe, FindsTheTypeAmongOtherOptions) {
  using namespace std::string_literals;
  const auto server_with = [](const std::string& options) {
    return server_in(offer().substr(0, kOptions) + options);
  };
  EXPECT_TRUE(server_with("\x35\x01\x02"s));
  EXPECT_TRUE(server_with("\0\0\x35\x01\x02\xff"s)) << "padding";
  EXPECT_TRUE(server_with("\x36\x04\x35\x01\x05\x01\x35\x01\x02"s));
  EXPECT_FALSE(server_with("\x36\x03\x35\x01\x02"s)) << "a value of another";
  EXPECT_FALSE(server_with("\x35\x01\x05\x35\x01\x02"s)) << "the first";
  EXPECT_FALSE(server_with("\x36\x04\x01\x01\x01\x01"s));
  EXPECT_FALSE(server_with(""s));
}

// The IP header may have options.
TEST(DhcpProbe, FindsTheMessageAfterIpOptions) {
  std::string packet = offer();
  packet[0] = 0x46;
  packet.insert(20, 4, '\1');
  EXPECT_EQ(server_in(packet)->text(), "10.0.0.1");
}

TEST(DhcpProbe, ReadsOnlyThePacket) {
  const std::string whole = offer();
  for (std::size_t size = 0; size < kOptions + 3; ++size) {
    EXPECT_FALSE(server_in(whole.substr(0, size))) << size;
  }
  std::string long_header = whole;
  long_header[0] = 0x4f;
  EXPECT_FALSE(server_in(long_header));
}

TEST(DhcpProbe, AcceptsOnlyAnAddressFromItsChild) {
  EXPECT_TRUE(require_no_server("lan0", ""));
  const auto found = require_no_server("lan0", "10.0.0.1");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "a DHCP server at 10.0.0.1 already answers on lan0, and two would "
            "conflict; switch it off, or give another LAN interface");
  for (const std::string_view reply :
       {"\x1b[2J", "10.0.0.1\n", "10.0.0.256", "10.0.0.1 \x1b[2J", " "}) {
    const auto refused = require_no_server("lan0", reply);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message,
              "the probe for DHCP servers on lan0 returned no address; try "
              "again, and capture on lan0 if it happens again");
  }
}

}  // namespace
}  // namespace flowtell
