// SPDX-License-Identifier: Apache-2.0
#include "serve/dhcp_probe.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

constexpr std::uint32_t kTransaction = 0x12345678;
constexpr std::size_t kMessage = 28;  // behind the IP and UDP headers
constexpr std::size_t kOptions = kMessage + 240;

std::string question() {
  return dhcp_discover(Mac{2, 0, 0, 0, 0, 7}, kTransaction);
}

// The question turned into what a server at 10.0.0.1 would answer.
std::string offer() {
  std::string packet = question();
  packet.replace(12, 4, std::string("\x0a\x00\x00\x01", 4));
  packet.replace(20, 4, std::string("\x00\x43\x00\x44", 4));
  packet[kMessage] = 2;      // a reply
  packet[kOptions + 2] = 2;  // an offer
  return packet;
}

std::optional<Ipv4> server_in(const std::string& packet) {
  return dhcp_offer_from(as_bytes(packet), kTransaction);
}

TEST(DhcpProbe, AsksAsAClientWithoutAnAddress) {
  const std::string packet = question();
  EXPECT_GE(packet.size(), 28u + 300u);  // the least that BOOTP knows
  ByteReader reader(as_bytes(packet));
  std::uint32_t sum = 0;
  for (int i = 0; i < 10; ++i) sum += reader.u16();
  EXPECT_EQ((sum & 0xffff) + (sum >> 16), 0xffffu);  // RFC 1071
  EXPECT_EQ(reader.u16(), 68);
  EXPECT_EQ(reader.u16(), 67);
  EXPECT_EQ(packet.substr(kMessage + 28, 6),
            std::string("\x02\x00\x00\x00\x00\x07", 6));
}

TEST(DhcpProbe, KnowsAnOffer) {
  EXPECT_EQ(server_in(offer())->text(), "10.0.0.1");
}

TEST(DhcpProbe, TakesNothingElseForOne) {
  EXPECT_FALSE(server_in(question()));
  EXPECT_FALSE(dhcp_offer_from(as_bytes(offer()), kTransaction + 1));
  std::string refusal = offer();
  refusal[kOptions + 2] = 6;
  EXPECT_FALSE(server_in(refusal));
  std::string of_tcp = offer();
  of_tcp[9] = 6;
  EXPECT_FALSE(server_in(of_tcp));
}

TEST(DhcpProbe, ReadsNoFurtherThanThePacket) {
  const std::string whole = offer();
  for (std::size_t size = 0; size < kOptions + 3; ++size) {
    EXPECT_FALSE(server_in(whole.substr(0, size))) << size;
  }
  std::string long_header = whole;
  long_header[0] = 0x4f;
  EXPECT_FALSE(server_in(long_header));
}

TEST(DhcpProbe, PrintsNothingButAnAddressOfItsChild) {
  EXPECT_TRUE(require_no_server("lan0", ""));
  const auto found = require_no_server("lan0", "10.0.0.1");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "a DHCP server at 10.0.0.1 answers on lan0 already, and two would "
            "fight over the devices; switch it off, or give another --lan");
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
