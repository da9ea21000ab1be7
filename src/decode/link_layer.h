// SPDX-License-Identifier: Apache-2.0
//
// Finds the IP datagram inside a frame: past the link header of each type, and
// inside Ethernet past VLAN tags (802.1Q, 802.1ad) and PPPoE (RFC 2516).
#pragma once

#include "base/bytes.h"
#include "capture/link_type.h"
#include "decode/ledger.h"

namespace flowtell {

struct LinkPayload {
  FrameOutcome outcome;  // kUsed: `datagram` should be IP
  Bytes datagram;        // from the IP header on; of the frame's bytes
};

// Never allocates, never fails: what is no IP has its fate.
LinkPayload find_datagram(LinkType link, Bytes frame) noexcept;

}  // namespace flowtell
