// SPDX-License-Identifier: Apache-2.0
#include "capture/link_type.h"

#include <fmt/format.h>

#include <algorithm>

namespace flowtell {
namespace {

constexpr std::string_view kPlain =
    "LinkLayer.FindsTheDatagramAfterEveryLinkHeader";
constexpr std::string_view kEvery = "LinkTypes.AllFindTheDatagram";
constexpr std::string_view kWifiTest = "Wifi.FindsTheDatagramBehindEveryHeader";

constexpr LinkTypeInfo kLinks[] = {
    {LinkType::kNull, "BSD loopback",
     "4 bytes: the address family, in either byte order", kPlain},
    {LinkType::kEthernet, "Ethernet", "14 bytes, then as the next table says",
     kPlain},
    {LinkType::kPpp, "PPP", "the protocol, with or without `ff 03` before it",
     kEvery},
    {LinkType::kRawOpenBsd, "raw IP", "nothing", kPlain},
    {LinkType::kRawOfOpenBsd, "OpenBSD raw IP", "nothing", kEvery},
    {LinkType::kPppHdlc, "PPP in HDLC framing",
     "4 bytes, of PPP or Cisco HDLC by the first", kEvery},
    {LinkType::kPppEther, "PPPoE session", "6 bytes, then PPP", kEvery},
    {LinkType::kAtm, "RFC 1483 ATM", "LLC and SNAP; also bridged Ethernet",
     kEvery},
    {LinkType::kRaw, "raw IP", "nothing", kPlain},
    {LinkType::kCiscoHdlc, "Cisco HDLC", "4 bytes, with the EtherType", kEvery},
    {LinkType::kWifi, "802.11", "24 to 36 bytes, then LLC and SNAP", kWifiTest},
    {LinkType::kLoop, "OpenBSD loopback", "4 bytes: the address family",
     kPlain},
    {LinkType::kEnc, "BSD IPsec", "12 bytes, with the address family", kEvery},
    {LinkType::kLinuxSll, "Linux cooked v1", "16 bytes, then as Ethernet",
     kPlain},
    {LinkType::kPflog, "BSD pf log", "a header of the length it states",
     kEvery},
    {LinkType::kPrism, "802.11 with Prism header",
     "144 bytes, or an AVS header; then 802.11", kWifiTest},
    {LinkType::kRadiotap, "802.11 with radiotap",
     "a header of the length it states, with its padding flag; then 802.11",
     kWifiTest},
    {LinkType::kFirewire, "IP over FireWire", "18 bytes, with the EtherType",
     kEvery},
    {LinkType::kUser2, "PKTAP as user link type", "as PKTAP, if it fits",
     "LinkTypes.PktapIsReadUnderItsOlderNumber"},
    {LinkType::kAvs, "802.11 with AVS header",
     "a header of the length it states, then 802.11", kWifiTest},
    {LinkType::kPppPppd, "PPP of pppd",
     "PPP, with the direction as its address", kEvery},
    {LinkType::kPpi, "PPI",
     "a header of the length it states, then as its link type", kWifiTest},
    {LinkType::kPppDirected, "PPP with direction",
     "1 byte: the direction; then PPP", kEvery},
    {LinkType::kCiscoHdlcDirected, "Cisco HDLC with direction",
     "1 byte: the direction; then Cisco HDLC", kEvery},
    {LinkType::kMpls, "MPLS", "labels; then IP or Ethernet, by what fits",
     kEvery},
    {LinkType::kIpv4, "raw IPv4", "nothing", kPlain},
    {LinkType::kIpv6, "raw IPv6", "nothing", kPlain},
    {LinkType::kNflog, "NFLOG",
     "4 bytes, then attributes; number 9 is the packet",
     "LinkLayer.FindsTheDatagramInALogRecord"},
    {LinkType::kPktap, "PKTAP",
     "a header of 108 bytes or more; then as its link type",
     "LinkLayer.FindsTheDatagramBehindPktap"},
    {LinkType::kLinuxSll2, "Linux cooked v2", "20 bytes, then as Ethernet",
     kPlain},
    {LinkType::kDsaBroadcom, "Broadcom switch tag",
     "Ethernet with 4 bytes before the EtherType", kEvery},
    {LinkType::kDsaBroadcomFront, "Broadcom switch tag in front",
     "4 bytes, then as Ethernet", kEvery},
    {LinkType::kDsa, "Marvell DSA tag",
     "Ethernet with 4 bytes before the EtherType", kEvery},
    {LinkType::kEdsa, "Marvell EDSA tag",
     "Ethernet with 8 bytes before the EtherType", kEvery},
};

constexpr std::string_view kOnUsb =
    "record the network interface on it instead: tcpdump -i usb0";
constexpr std::string_view kOnBluetooth =
    "record the network interface on it instead: tcpdump -i bnep0";
constexpr std::string_view kOther =
    "record on the Ethernet or Wi-Fi interface of the gateway";

// No command converts these: their frames are of another network, or pieces
// of transfers.
constexpr RefusedLinkType kRefused[] = {
    {LinkType{6}, "Token Ring", kOther},
    {LinkType{10}, "FDDI", kOther},
    {LinkType{107}, "frame relay", kOther},
    {LinkType{143}, "DOCSIS", kOther},
    {LinkType{186}, "USB", kOnUsb},
    {LinkType{187}, "Bluetooth", kOnBluetooth},
    {LinkType{189}, "USB of Linux", kOnUsb},
    {LinkType{195}, "IEEE 802.15.4", kOther},
    {LinkType{201}, "Bluetooth with direction", kOnBluetooth},
    {LinkType{220}, "USB of Linux", kOnUsb},
    {LinkType{230}, "IEEE 802.15.4", kOther},
    {LinkType{249}, "USBPcap",
     "record the network interface on it instead: dumpcap -i, with the name "
     "that 'dumpcap -D' lists"},
    {LinkType{251}, "Bluetooth Low Energy", kOther},
    {LinkType{252}, "Wireshark's upper PDUs",
     "use the capture that they were exported from"},
    {LinkType{253}, "Linux netlink", kOther},
    {LinkType{254}, "Bluetooth monitor", kOnBluetooth},
    {LinkType{256}, "Bluetooth Low Energy with header", kOther},
    {LinkType{266}, "USB of macOS",
     "record the network interface on it instead: tcpdump -i en5, or as "
     "'networksetup -listallhardwareports' names it"},
    {LinkType{271}, "virtual sockets", kOther},
    {LinkType{283}, "IEEE 802.15.4", kOther},
};

template <typename Info>
const Info* find_in(std::span<const Info> infos, LinkType link) {
  const auto at = std::ranges::find(infos, link, &Info::link);
  return at == infos.end() ? nullptr : &*at;
}

}  // namespace

std::span<const LinkTypeInfo> link_types() { return kLinks; }
std::span<const RefusedLinkType> refused_link_types() { return kRefused; }

bool is_known(LinkType link) { return find_in(link_types(), link) != nullptr; }

std::string link_type_name(LinkType link) {
  std::string_view name = "unsupported";
  if (const auto* refused = find_in(refused_link_types(), link)) {
    name = refused->name;
  }
  if (const auto* known = find_in(link_types(), link)) name = known->name;
  return fmt::format("{} (link type {})", name, static_cast<unsigned>(link));
}

std::string_view link_type_remedy(LinkType link) {
  const auto* refused = find_in(refused_link_types(), link);
  return refused == nullptr ? kOther : refused->remedy;
}

bool is_wifi(LinkType link) {
  return link == LinkType::kWifi || link == LinkType::kPrism ||
         link == LinkType::kRadiotap || link == LinkType::kAvs ||
         link == LinkType::kPpi;
}

}  // namespace flowtell
