// SPDX-License-Identifier: Apache-2.0
#include "flow/device_evidence.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "flow/pair_table.h"
#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

constexpr Station kPhoneMac = 0x020000000010;
constexpr Station kRouterMac = 0x020000000001;

// A UDP packet between ports that tell nothing.
Packet high_packet(std::string_view from, std::string_view to,
                   Station from_mac = 0, Station to_mac = 0) {
  Packet packet{};
  packet.time = kTestStart;
  packet.source = test_address(from);
  packet.destination = test_address(to);
  packet.source_port = 40000;
  packet.destination_port = 50000;
  packet.protocol = Protocol::kUdp;
  packet.length = 60;
  packet.source_station = from_mac;
  packet.destination_station = to_mac;
  return packet;
}

TEST(DeviceEvidence, IsEmptyAtFirst) {
  const DeviceEvidence evidence;
  EXPECT_EQ(evidence.end_of(high_packet("198.51.100.7", "203.0.113.5")),
            DeviceEnd::kUnknown);
}

TEST(DeviceEvidence, FindsTheAddressThatTalksToMany) {
  for (const std::string phone : {"198.51.100.7", "2001:db8::7"}) {
    const bool is_v4 = phone.find(':') == std::string::npos;
    const auto server = [&](int i) {
      return is_v4 ? fmt::format("203.0.113.{}", i)
                   : fmt::format("2001:db8:1::{}", i);
    };
    DeviceEvidence evidence;
    for (int i = 1; i < 9; ++i) {
      evidence.note_pair(high_packet(phone, server(i)));
    }
    EXPECT_EQ(evidence.end_of(high_packet(server(99), phone)),
              DeviceEnd::kDestination);
    EXPECT_EQ(evidence.end_of(high_packet(phone, server(1))),
              DeviceEnd::kSource);
  }
}

TEST(DeviceEvidence, FindsTheSideOfTheRouterThatCarriesFew) {
  DeviceEvidence evidence;
  // Two phones and one server of both, so that no address talks to more.
  for (int i = 1; i < 9; ++i) {
    evidence.note_pair(high_packet(
        "198.51.100.7", fmt::format("203.0.113.{}", i), kPhoneMac, kRouterMac));
  }
  EXPECT_EQ(evidence.end_of(high_packet("203.0.113.50", "198.51.100.8",
                                        kRouterMac, kPhoneMac + 1)),
            DeviceEnd::kDestination);
}

TEST(DeviceEvidence, FindsTheAddressThatDhcpOffered) {
  std::string offer(240, '\0');
  offer[0] = 2;
  offer[16] = '\xc6', offer[17] = '\x33', offer[18] = '\x64', offer[19] = 7;
  Packet packet = high_packet("198.51.100.1", "255.255.255.255");
  packet.source_port = 67;
  packet.destination_port = 68;
  packet.payload = as_bytes(offer);
  DeviceEvidence evidence;
  evidence.note_offer(packet);
  EXPECT_EQ(evidence.end_of(high_packet("203.0.113.5", "198.51.100.7")),
            DeviceEnd::kDestination);
  EXPECT_EQ(evidence.end_of(high_packet("203.0.113.5", "198.51.100.8")),
            DeviceEnd::kUnknown);
}

TEST(DeviceEvidence, ComesBeforeThePortRuleAndAfterTheTcpFlags) {
  PairTable pairs{Lan()};
  const auto found = [&](const Packet& packet) {
    const auto at = pairs.find_or_add(packet);
    return pairs[at.position];
  };
  for (int i = 1; i < 9; ++i) {
    found(high_packet("198.51.100.7", fmt::format("203.0.113.{}", i)));
  }
  Packet peer = high_packet("203.0.113.50", "198.51.100.7");
  peer.destination_port = 500;  // the phone's: the port rule would be wrong
  EXPECT_EQ(found(peer).device_rule, DeviceRule::kEarlierFrames);
  EXPECT_EQ(found(peer).device_address().text(), "198.51.100.7");
  Packet syn = high_packet("203.0.113.51", "198.51.100.7");
  syn.protocol = Protocol::kTcp;
  syn.tcp_flags = kTcpSyn;
  EXPECT_EQ(found(syn).device_rule, DeviceRule::kTcpFlags);
}

TEST(DeviceEvidence, LeavesPairsInTheLanAlone) {
  PairTable pairs{Lan()};
  for (int i = 1; i < 9; ++i) {
    pairs.find_or_add(
        high_packet("192.168.1.1", fmt::format("192.168.1.{}", i + 10)));
  }
  const auto at = pairs.find_or_add(high_packet("192.168.1.30", "192.168.1.1"));
  EXPECT_EQ(pairs[at.position].device_rule, DeviceRule::kFirstSource);
}

}  // namespace
}  // namespace flowtell
