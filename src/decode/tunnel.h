// SPDX-License-Identifier: Apache-2.0
//
// Tunnels: what IP and UDP packets carry for others. Each opened tunnel gives
// the datagram inside, which is decoded in place of the outer one.
//
// An IP protocol number proves what follows. A UDP port does not, so the
// tunnel's header must be valid to its reserved bits and lengths, and what it
// carries must be plausible (is_plausible); all else stays ordinary UDP.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "decode/link_layer.h"
#include "decode/packet.h"
#include "decode/tunnel_view.h"

namespace flowtell {

// Tunnels within tunnels that are opened. What is deeper stays closed.
inline constexpr unsigned kMaxTunnels = 4;

struct TunnelInfo {
  std::string_view name;
  std::string_view place;  // protocol number or port
  std::string_view form;   // what is read of it
  std::string_view test;
};

std::span<const TunnelInfo> tunnels();

// The same for what is read of Ethernet's payload.
std::span<const TunnelInfo> ethernet_payloads();

// The IP protocols of tunnels (IANA).
enum TunnelProtocol : std::uint8_t {
  kIpv4InIp = 4,
  kIpv6InIp = 41,
  kGre = 47,
  kEtherIp = 97,
  kMplsInIp = 137,
};

constexpr bool is_ip_tunnel(std::uint8_t protocol) {
  return protocol == kIpv4InIp || protocol == kIpv6InIp || protocol == kGre ||
         protocol == kEtherIp || protocol == kMplsInIp;
}

// The ports of tunnels over UDP (IANA, except Linux's first for VXLAN, 8472).
inline constexpr Port kTunnelPorts[] = {
    1701,   // L2TP
    2152,   // GTP-U
    3544,   // Teredo
    4754,   // GRE
    4789,   // VXLAN
    4790,   // VXLAN-GPE
    6081,   // GENEVE
    6635,   // MPLS
    8472,   // VXLAN
    37008,  // TZSP
};

constexpr bool is_tunnel_port(Port port) {
  for (const Port each : kTunnelPorts) {
    if (each == port) return true;
  }
  return false;
}

// Most ports fail the first test, of a bit for each port modulo 64.
constexpr bool may_carry_tunnel(Port source, Port destination) {
  constexpr std::uint64_t kBits = [] {
    std::uint64_t bits = 0;
    for (const Port port : kTunnelPorts) bits |= std::uint64_t{1} << port % 64;
    return bits;
  }();
  return ((kBits >> source % 64 | kBits >> destination % 64) & 1) != 0 &&
         (is_tunnel_port(destination) || is_tunnel_port(source));
}

// What an IP datagram or a UDP packet carries.
struct Carried {
  Bytes bytes;          // captured
  std::size_t missing;  // sent behind these, but not captured
  // Of a first fragment, more follows than is known.
  bool is_whole = true;

  bool has_length(std::size_t length) const {
    return is_whole ? length == bytes.size() + missing : length >= bytes.size();
  }
};

// nullopt: no tunnel of a known kind.
std::optional<LinkPayload> open_ip_tunnel(std::uint8_t protocol,
                                          const Carried& carried) noexcept;
std::optional<LinkPayload> open_udp_tunnel(Port source, Port destination,
                                           const Carried& carried) noexcept;

}  // namespace flowtell
