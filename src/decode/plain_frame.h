// SPDX-License-Identifier: Apache-2.0
//
// The fast path for the most common frames: Ethernet with IPv4 without options,
// no fragment, and TCP or UDP with fully captured headers. After one length
// check every field is at a fixed offset.
//
// Other frames take the general path (decoder.cc), which decodes these to the
// same packet; the tests compare the two.
#pragma once

#include "capture/frame_source.h"
#include "decode/packet.h"

namespace flowtell {

// Fills `packet` and returns true if the frame is plain. Otherwise the packet
// is in an unspecified state.
bool decode_plain_frame(const Frame& frame, Packet& packet) noexcept;

}  // namespace flowtell
