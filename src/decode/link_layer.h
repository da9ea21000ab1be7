// SPDX-License-Identifier: Apache-2.0
//
// Finds the IP datagram inside a frame: behind the link header of each type and
// behind what may follow it in Ethernet. That are tags (802.1Q, 802.1ad,
// 802.1BR, 802.1CB, VN-Tag, Cisco metadata), LLC and SNAP, MPLS with its
// pseudowires, provider backbone bridges (802.1ah), PPPoE, service headers
// (RFC 8300) and MACsec without encryption.
//
// Headers may nest in any order. Each is longer than a byte, so that a frame
// bounds the work. Never allocates; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "capture/frame_source.h"
#include "decode/ledger.h"
#include "decode/link_ends.h"

namespace flowtell {

struct LinkPayload {
  FrameOutcome outcome;  // kUsed: `datagram` should be IP
  Bytes datagram{};      // from the IP header on; borrows from the frame
  LinkEnds ends{};       // of the innermost header with MAC addresses
  // Whether only VLAN tags and PPPoE are between a link header and IP. Other
  // headers may hold addresses.
  bool is_tagged_only = false;
};

// Frames without IP get another outcome. `missing` bytes of the frame were not
// captured.
LinkPayload find_datagram(LinkType link, Bytes frame,
                          std::size_t missing = 0) noexcept;

// What a tunnel's header says about the bytes behind it.
enum class Inside : std::uint8_t {
  kEtherType,  // what follows the EtherType `ether_type`
  kEthernet,
  kIp,
  kMpls,
  kPpp,
  kWifi,
  kWifiWithPrism,
};

struct Encapsulated {
  Inside kind;
  Bytes bytes;
  std::size_t missing = 0;  // bytes behind these that were not captured
  std::uint16_t ether_type = 0;
};

LinkPayload find_datagram(const Encapsulated& inner) noexcept;

// Whether the bytes are what `inner.kind` says, as far as they were captured:
// lengths must fit, types must be known. For headers that do not prove
// themselves what they are.
bool is_plausible(const Encapsulated& inner) noexcept;

// The attributes of an NFLOG frame that are used
// (https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html).
struct NflogFrame {
  Bytes packet;  // its captured part, from the IP header on
  bool has_packet = false;
  bool is_ip = true;  // unless the record names another network protocol
  std::optional<std::uint32_t> uid;  // of the local socket
};

NflogFrame read_nflog(Bytes frame) noexcept;

}  // namespace flowtell
