// SPDX-License-Identifier: Apache-2.0
//
// Finds the IP datagram inside a frame: after the link header of each type and,
// in Ethernet, after VLAN tags (802.1Q, 802.1ad) and PPPoE (RFC 2516).
#pragma once

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

}  // namespace flowtell
