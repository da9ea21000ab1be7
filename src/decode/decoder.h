// SPDX-License-Identifier: Apache-2.0
//
// A frame becomes a packet, or gets the heading under which the ledger counts
// it. Looks at headers only, in place: for a frame nothing is allocated or
// copied.
//
// IPv4 (RFC 791), IPv6 with its extension headers (RFC 8200), TCP (RFC 9293)
// as far as the flags, UDP (RFC 768). A header needs to be captured only as far
// as it is read, so a snap length of 54 bytes does for TCP over IPv4.
//
// The outcome hangs on the frame alone but for later fragments, which borrow
// their ports from the first (FragmentTable). One thread at a time.
#pragma once

#include "capture/frame_source.h"
#include "decode/fragment_table.h"
#include "decode/ledger.h"
#include "decode/packet.h"

namespace flowtell {

class Decoder {
 public:
  // Fills `packet` and returns FrameOutcome::kUsed, or returns another fate;
  // the packet is then in an unspecified state. packet.payload is of
  // frame.bytes.
  FrameOutcome decode(const Frame& frame, Packet& packet) noexcept;

  // The same without the short cut for plain frames (plain_frame.h).
  FrameOutcome decode_any(const Frame& frame, Packet& packet) noexcept;

 private:
  FragmentTable fragments_;
};

}  // namespace flowtell
