// SPDX-License-Identifier: Apache-2.0
//
// Headers around a datagram, written in hexadecimal digits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/test_frame.h"

namespace flowtell {

// Bytes by their digits, separated by spaces. Some words stand for what says
// which IP version follows `datagram`:
//   TT TT  its EtherType
//   PP     the low byte of its PPP protocol
//   AF     its address family, as on Linux
//   VV     its number in VXLAN-GPE
std::string header_bytes(std::string_view digits, std::string_view datagram);

// A header that is followed by IP, or by an Ethernet frame.
struct Header {
  enum class Wraps { kDatagramOnly, kWholeFrame };
  LinkType link;
  std::string_view digits;
  Wraps wraps = Wraps::kDatagramOnly;
};

// Of each link type that Header can express, all forms of its header.
const std::vector<Header>& link_headers();

// Headers of tunnels over IP, by protocol, and over UDP, by port.
struct TunnelHeader {
  std::string_view name;
  unsigned number;  // an IP protocol, or a port
  std::string_view digits;
  Header::Wraps wraps = Header::Wraps::kDatagramOnly;
};
const std::vector<TunnelHeader>& ip_tunnel_headers();
const std::vector<TunnelHeader>& udp_tunnel_headers();

// The frame that the header makes of an Ethernet frame, or of its datagram.
TestFrame with_header(const Header& header, const TestFrame& ethernet);

// The tunnel's packet with an Ethernet frame, or with its datagram. `outer` is
// a frame up to the outer IP header.
TestFrame ip_tunnelled(FrameBuilder outer, const TunnelHeader& header,
                       const TestFrame& ethernet);
TestFrame udp_tunnelled(FrameBuilder outer, const TunnelHeader& header,
                        const TestFrame& ethernet);

}  // namespace flowtell
