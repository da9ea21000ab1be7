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
// Of a tunnel's packet the innermost datagram is read (decode/tunnel.h), unless
// the view is that of the tunnel itself. Where a tunnel's packet was cut into
// fragments, the first counts as the whole inner packet.
//
// The outcome depends on the frame alone, except for later fragments, which
// take their ports from the first (FragmentTable). One thread at a time.
#pragma once

#include <optional>

#include "capture/frame_source.h"
#include "decode/fragment_table.h"
#include "decode/ledger.h"
#include "decode/packet.h"
#include "decode/tunnel_view.h"

namespace flowtell {

struct LinkPayload;

class Decoder {
 public:
  explicit Decoder(TunnelView view = TunnelView::kInner) : view_(view) {}

  // Fills `packet` and returns FrameOutcome::kUsed. With any other outcome the
  // packet is in an unspecified state. packet.payload borrows from frame.bytes.
  FrameOutcome decode(const Frame& frame, Packet& packet) noexcept;

  // The same without the fast path (decode_plain_frame).
  FrameOutcome decode_any(const Frame& frame, Packet& packet) noexcept;

 private:
  // Reads one datagram. If it carries a tunnel's, sets `link` to that and
  // returns nothing.
  std::optional<FrameOutcome> decode_datagram(const Frame& frame,
                                              LinkPayload& link, Packet& packet,
                                              bool may_open);

  TunnelView view_;
  FragmentTable fragments_;
};

// The fast path for the most common frames: Ethernet with IPv4 without options,
// no fragment, and TCP or UDP with fully captured headers; but not the ports of
// tunnels. After one length
// check every field is at a fixed offset. Fills `packet` and returns true if
// the frame is plain; otherwise the packet is in an unspecified state.
// `decode_any` decodes plain frames to the same packet; the tests compare the
// two.
bool decode_plain_frame(const Frame& frame, Packet& packet) noexcept;

}  // namespace flowtell
