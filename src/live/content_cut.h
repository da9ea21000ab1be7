// SPDX-License-Identifier: Apache-2.0
//
// Cuts recorded frames down to what teaches an app: headers, and the messages
// in which names of servers stand. What people wrote, saw or said is not kept,
// be it encrypted or not.
//
// Kept whole are DNS (RFC 1035) and multicast DNS (RFC 6762), TLS ClientHellos
// (RFC 8446, section 4.1.2) over all their TCP segments, and QUIC's Initial
// packets (RFC 9000, section 17.2.2; and what Google had before), but not what
// follows them in a segment or datagram. Of all other frames the headers, or 64
// bytes where no TCP or UDP is. Lengths stay: each header still states its own.
//
// Memory is fixed: for so many connections at a time the rest of a ClientHello
// is remembered; beyond, an older one's may be cut. One thread at a time.
#pragma once

#include <array>
#include <cstdint>

#include "capture/frame_source.h"
#include "decode/decoder.h"

namespace flowtell {

class ContentCut {
 public:
  // The front of the frame's bytes that is kept.
  Bytes cut(const Frame& frame);

 private:
  // A ClientHello of which more segments must come.
  struct OpenHello {
    std::uint64_t sender = 0;   // a hash of the addresses and ports
    std::uint32_t missing = 0;  // bytes
  };

  // How much of the payload's front is messages that hold names, in bytes.
  std::size_t names_in(const Packet& packet);
  std::size_t hello_in(const Packet& packet);

  Decoder decoder_;
  std::array<OpenHello, 4096> hellos_;
};

}  // namespace flowtell
