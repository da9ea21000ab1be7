// SPDX-License-Identifier: Apache-2.0
#include "support/encapsulations.h"

#include "base/text.h"
#include "support/put.h"

namespace flowtell {
namespace {

using enum Header::Wraps;

constexpr std::size_t kEthernetHeader = 14;

#define MACS "02 00 00 00 00 01 02 00 00 00 00 02 "
#define ZEROS4 "00 00 00 00 "
#define ZEROS12 ZEROS4 ZEROS4 ZEROS4
#define ZEROS24 ZEROS12 ZEROS12

std::string bytes_inside(Header::Wraps wraps, const TestFrame& ethernet) {
  return wraps == kWholeFrame ? ethernet.bytes
                              : ethernet.bytes.substr(kEthernetHeader);
}

// LL LL is the length, which counts all in L2TP, and in GTP-U from its optional
// fields on.
std::string tunnel_bytes(const TunnelHeader& header,
                         const TestFrame& ethernet) {
  const std::string inside = bytes_inside(header.wraps, ethernet);
  std::string bytes = header_bytes(
      header.digits, std::string_view(ethernet.bytes).substr(kEthernetHeader));
  if (header.digits.find("LL") != std::string_view::npos) {
    const bool is_gtp = header.number == 2152;
    const std::size_t length =
        bytes.size() + inside.size() - (is_gtp ? std::size_t{8} : 0);
    put_at(bytes, 2, static_cast<std::uint16_t>(length));
  }
  return bytes + inside;
}

}  // namespace

std::string header_bytes(std::string_view digits, std::string_view datagram) {
  const bool is_v6 = !datagram.empty() && (datagram[0] >> 4 & 15) == 6;
  std::string out;
  unsigned type_bytes = 0;
  for (const std::string_view word : split(digits, ' ')) {
    if (word.empty()) continue;
    if (word == "TT") {
      const unsigned type = is_v6 ? 0x86dd : 0x0800;
      out += static_cast<char>(type_bytes++ % 2 == 0 ? type >> 8 : type & 255);
    } else if (word == "VV") {
      out += is_v6 ? '\2' : '\1';
    } else if (word == "PP") {
      out += is_v6 ? '\x57' : '\x21';
    } else if (word == "LL") {
      out += '\0';  // filled in later
    } else if (word == "AF") {
      out += is_v6 ? '\x0a' : '\x02';
    } else {
      out += static_cast<char>(std::stoi(std::string(word), nullptr, 16));
    }
  }
  return out;
}

const std::vector<Header>& link_headers() {
  static const std::vector<Header> headers = {
      {LinkType::kEthernet, MACS "TT TT"},
      {LinkType::kPpp, "00 PP"},
      {LinkType::kPpp, "ff 03 00 PP"},
      {LinkType::kPpp, "PP"},
      {LinkType::kPpp, "02 81 00 01 01 40"},
      {LinkType::kRawOfOpenBsd, ""},
      {LinkType::kPppHdlc, "ff 03 00 PP"},
      {LinkType::kPppHdlc, "0f 00 TT TT"},
      {LinkType::kPppHdlc, "8f 00 TT TT"},
      {LinkType::kPppEther, "11 00 00 01 00 20 00 PP"},
      {LinkType::kPppEther, "11 00 ff ff 05 dc PP"},
      {LinkType::kPppEther, "11 00 00 00 00 00 00 PP"},
      {LinkType::kAtm, "aa aa 03 00 00 00 TT TT"},
      {LinkType::kAtm, "aa aa 03 00 80 c2 00 07 00 00", kWholeFrame},
      {LinkType::kAtm, "aa aa 03 00 80 c2 00 01 00 00", kWholeFrame},
      {LinkType::kCiscoHdlc, "0f 00 TT TT"},
      {LinkType::kCiscoHdlc, "8f 00 TT TT"},
      {LinkType::kCiscoHdlc, "0f 00 81 00 00 07 TT TT"},
      {LinkType::kEnc, "AF 00 00 00 00 00 12 34 00 00 00 06"},
      {LinkType::kEnc, "00 00 00 AF 00 00 12 34 00 00 00 02"},
      {LinkType::kEnc, "00 00 00 AF ff ff ff ff 00 00 00 00"},
      {LinkType::kPflog, "3d AF 00 00 " ZEROS24 ZEROS24 ZEROS12},
      {LinkType::kPflog, "30 AF 00 01 " ZEROS24 ZEROS12 ZEROS4 ZEROS4},
      {LinkType::kPflog, "45 AF 01 00 " ZEROS24 ZEROS24 ZEROS12 ZEROS4 ZEROS4},
      {LinkType::kFirewire, ZEROS12 ZEROS4 "TT TT"},
      {LinkType::kFirewire, ZEROS12 ZEROS4 "81 00 00 07 TT TT"},
      {LinkType::kFirewire, "ff ff ff ff ff ff ff ff " ZEROS4 ZEROS4 "TT TT"},
      {LinkType::kPppPppd, "00 03 00 PP"},
      {LinkType::kPppPppd, "01 03 00 PP"},
      {LinkType::kPppPppd, "01 03 PP"},
      {LinkType::kPppDirected, "00 ff 03 00 PP"},
      {LinkType::kPppDirected, "01 00 PP"},
      {LinkType::kPppDirected, "01 PP"},
      {LinkType::kCiscoHdlcDirected, "00 0f 00 TT TT"},
      {LinkType::kCiscoHdlcDirected, "01 8f 00 TT TT"},
      {LinkType::kCiscoHdlcDirected, "01 0f 00 81 00 00 07 TT TT"},
      {LinkType::kMpls, "00 01 01 40"},
      {LinkType::kMpls, "00 01 00 40 00 02 01 40"},
      {LinkType::kMpls, "00 01 01 40 00 00 00 00", kWholeFrame},
      {LinkType::kMpls, "00 01 01 40", kWholeFrame},
      {LinkType::kDsaBroadcom, MACS "00 00 00 03 TT TT"},
      {LinkType::kDsaBroadcom, MACS "20 00 00 04 81 00 00 07 TT TT"},
      {LinkType::kDsaBroadcom,
       MACS "00 01 00 08 88 64 11 00 00 01 00 20 00 PP"},
      {LinkType::kDsaBroadcomFront, "20 00 00 03", kWholeFrame},
      {LinkType::kDsaBroadcomFront, "00 00 00 08", kWholeFrame},
      {LinkType::kDsaBroadcomFront, "00 00 00 01 " MACS "81 00 00 07 TT TT"},
      {LinkType::kDsa, MACS "c0 08 00 07 TT TT"},
      {LinkType::kDsa, MACS "40 10 00 00 TT TT"},
      {LinkType::kDsa, MACS "e0 08 00 07 81 00 00 07 TT TT"},
      {LinkType::kEdsa, MACS "da da 00 00 c0 08 00 07 TT TT"},
      {LinkType::kEdsa, MACS "dd aa 00 00 40 10 00 00 TT TT"},
      {LinkType::kEdsa, MACS "da da 00 00 e0 08 00 07 81 00 00 07 TT TT"},
  };
  return headers;
}

const std::vector<TunnelHeader>& ip_tunnel_headers() {
  static const std::vector<TunnelHeader> headers = {
      {"GRE", 47, "00 00 TT TT"},
      {"GRE with checksum", 47, "80 00 TT TT 12 34 00 00"},
      {"GRE with key", 47, "20 00 TT TT 00 00 00 4d"},
      {"GRE with sequence", 47, "10 00 TT TT 00 00 00 01"},
      {"GRE with all", 47, "b0 00 TT TT 12 34 00 00 00 00 00 4d 00 00 00 01"},
      {"GRE with Ethernet", 47, "00 00 65 58", kWholeFrame},
      {"GRE with key and Ethernet", 47, "20 00 65 58 00 00 00 07", kWholeFrame},
      {"GRE with MPLS", 47, "00 00 88 47 00 01 01 40"},
      {"GRE with a service header", 47,
       "00 00 89 4f 0f c6 01 03 00 00 01 ff " ZEROS12 ZEROS4, kWholeFrame},
      {"PPTP", 47, "30 01 88 0b 00 40 00 01 00 00 00 05 ff 03 00 PP"},
      {"PPTP with acknowledgement", 47,
       "30 81 88 0b 00 40 00 01 00 00 00 05 00 00 00 04 ff 03 00 PP"},
      {"PPTP with a compressed header", 47,
       "30 01 88 0b 00 40 00 01 00 00 00 06 PP"},
      {"ERSPAN I", 47, "00 00 88 be", kWholeFrame},
      {"ERSPAN II", 47, "10 00 88 be 00 00 00 01 10 07 00 01 00 00 00 01",
       kWholeFrame},
      {"ERSPAN III", 47,
       "10 00 22 eb 00 00 00 01 20 07 00 01 00 00 00 00 00 00 00 00",
       kWholeFrame},
      {"ERSPAN III with platform", 47,
       "10 00 22 eb 00 00 00 01 20 07 00 01 00 00 00 00 00 00 00 01 " ZEROS4
           ZEROS4,
       kWholeFrame},
      {"ERSPAN III with IP", 47,
       "10 00 22 eb 00 00 00 01 20 07 00 01 00 00 00 00 00 00 08 00"},
      {"EtherIP", 97, "30 00", kWholeFrame},
      {"MPLS", 137, "00 01 01 40"},
      {"MPLS with two labels", 137, "00 01 00 40 00 02 01 40"},
      {"MPLS with Ethernet", 137, "00 01 01 40 00 00 00 00", kWholeFrame},
  };
  return headers;
}

const std::vector<TunnelHeader>& udp_tunnel_headers() {
  static const std::vector<TunnelHeader> headers = {
      {"VXLAN", 4789, "08 00 00 00 00 00 2a 00", kWholeFrame},
      {"VXLAN on Linux's port", 8472, "08 00 00 00 00 00 2a 00", kWholeFrame},
      {"VXLAN with policy", 4789, "88 08 00 11 00 00 2a 00", kWholeFrame},
      {"VXLAN with VLAN", 4789,
       "08 00 00 00 00 00 2a 00 " MACS "81 00 00 07 TT TT"},
      {"VXLAN-GPE with IP", 4790, "0c 00 00 VV 00 00 2a 00"},
      {"VXLAN-GPE with Ethernet", 4790, "0c 00 00 03 00 00 2a 00", kWholeFrame},
      {"VXLAN-GPE with MPLS", 4790, "0c 00 00 05 00 00 2a 00 00 01 01 40"},
      {"VXLAN-GPE with a service header", 4790,
       "0c 00 00 04 00 00 2a 00 0f c2 02 03 00 00 01 ff", kWholeFrame},
      {"GENEVE", 6081, "00 00 65 58 00 00 2a 00", kWholeFrame},
      {"GENEVE with options", 6081,
       "02 40 65 58 00 00 2a 00 01 02 83 01 00 00 00 09", kWholeFrame},
      {"GENEVE with IP", 6081, "00 00 TT TT 00 00 2a 00"},
      {"GTP-U", 2152, "30 ff LL LL 00 00 00 01"},
      {"GTP-U with sequence", 2152, "32 ff LL LL 00 00 00 01 00 07 00 00"},
      {"GTP-U with extension", 2152,
       "34 ff LL LL 00 00 00 01 00 00 00 85 01 00 09 00"},
      {"GTP-U with two extensions", 2152,
       "36 ff LL LL 00 00 00 01 00 07 00 c0 01 12 34 85 01 10 09 00"},
      {"TZSP", 37008, "01 00 00 01 01", kWholeFrame},
      {"TZSP with tags", 37008, "01 00 00 01 00 0a 01 c4 29 02 05 dc 01",
       kWholeFrame},
      {"TZSP sent", 37008, "01 01 00 01 01", kWholeFrame},
      {"TZSP with 802.11", 37008,
       "01 00 00 12 01 08 02 00 00 " MACS
       "02 00 00 00 00 03 10 00 aa aa 03 00 00 00 TT TT"},
      {"L2TP", 1701, "00 02 00 01 00 02 ff 03 00 PP"},
      {"L2TP with length", 1701, "40 02 LL LL 00 01 00 02 ff 03 00 PP"},
      {"L2TP with sequence", 1701,
       "48 02 LL LL 00 01 00 02 00 01 00 01 ff 03 00 PP"},
      {"L2TP with offset", 1701, "02 02 00 01 00 02 00 02 00 00 00 PP"},
      {"GRE in UDP", 4754, "00 00 TT TT"},
      {"GRE in UDP with key", 4754, "20 00 65 58 00 00 00 07", kWholeFrame},
      {"GRE in UDP with IP and key", 4754, "20 00 TT TT 00 00 00 07"},
      {"MPLS in UDP", 6635, "00 01 01 40"},
      {"MPLS in UDP with two labels", 6635, "00 01 00 40 00 02 01 40"},
      {"MPLS in UDP with Ethernet", 6635, "00 01 01 40 00 00 00 00",
       kWholeFrame},
  };
  return headers;
}

TestFrame with_header(const Header& header, const TestFrame& ethernet) {
  const std::string datagram = ethernet.bytes.substr(kEthernetHeader);
  TestFrame frame = ethernet;
  frame.bytes = header_bytes(header.digits, datagram) +
                bytes_inside(header.wraps, ethernet);
  frame.wire_length = static_cast<std::uint32_t>(frame.bytes.size());
  frame.link = header.link;
  return frame;
}

TestFrame ip_tunnelled(FrameBuilder outer, const TunnelHeader& header,
                       const TestFrame& ethernet) {
  return outer.protocol(static_cast<std::uint8_t>(header.number))
      .payload(tunnel_bytes(header, ethernet))
      .build();
}

TestFrame udp_tunnelled(FrameBuilder outer, const TunnelHeader& header,
                        const TestFrame& ethernet) {
  return outer.udp(50000, static_cast<Port>(header.number))
      .payload(tunnel_bytes(header, ethernet))
      .build();
}

}  // namespace flowtell

#undef MACS
#undef ZEROS4
#undef ZEROS12
#undef ZEROS24
