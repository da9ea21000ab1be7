// SPDX-License-Identifier: Apache-2.0
//
// Finds the IP datagram inside a frame: after the link header of each type and,
// in Ethernet, after VLAN tags (802.1Q, 802.1ad) and PPPoE (RFC 2516).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "capture/frame_source.h"
#include "decode/ledger.h"

namespace flowtell {

struct LinkPayload {
  FrameOutcome outcome;  // kUsed: `datagram` should be IP
  Bytes datagram;        // from the IP header on; borrows from the frame
};

// Never allocates. Frames without IP get another outcome.
LinkPayload find_datagram(LinkType link, Bytes frame) noexcept;

// The attributes of an NFLOG frame that are used
// (https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html).
struct NflogFrame {
  Bytes packet;  // its captured part, from the IP header on
  bool has_packet = false;
  std::optional<std::uint32_t> uid;  // of the local socket
};

NflogFrame read_nflog(Bytes frame) noexcept;

}  // namespace flowtell
