// SPDX-License-Identifier: Apache-2.0
//
// The frame that nearly all frames are: Ethernet with IPv4 without options, no
// fragment, and TCP or UDP, its headers captured and whole. One look at the
// length, then every field stands at its fixed place.
//
// All others are left to the general way (decoder.cc), which reads these to the
// same packet; the tests hold the two against each other.
#pragma once

#include "capture/frame_source.h"
#include "decode/packet.h"

namespace flowtell {

// Fills `packet` if the frame is such a one; else the packet is in an
// unspecified state.
bool decode_plain_frame(const Frame& frame, Packet& packet) noexcept;

}  // namespace flowtell
