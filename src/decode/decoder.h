// SPDX-License-Identifier: Apache-2.0
//
// Turns a frame into a packet, or into the ledger heading under which it is
// counted. Reads headers in place; nothing is allocated or copied per frame.
//
// Reads IPv4 (RFC 791), IPv6 with its extension headers (RFC 8200), TCP
// (RFC 9293) up to its flags, and UDP (RFC 768). Only the bytes that are read
// must have been captured: a snap length of 54 bytes suffices for TCP over
// IPv4.
//
// The outcome depends on the frame alone, except for later fragments, which
// take their ports from the first (FragmentTable). One thread at a time.
#pragma once

#include "capture/frame_source.h"
#include "decode/fragment_table.h"
#include "decode/ledger.h"
#include "decode/packet.h"

namespace flowtell {

class Decoder {
 public:
  // Fills `packet` and returns FrameOutcome::kUsed. With any other outcome the
  // packet is in an unspecified state. packet.payload borrows from frame.bytes.
  FrameOutcome decode(const Frame& frame, Packet& packet) noexcept;

  // The same without the fast path for plain frames (plain_frame.h).
  FrameOutcome decode_any(const Frame& frame, Packet& packet) noexcept;

 private:
  FragmentTable fragments_;
};

}  // namespace flowtell
