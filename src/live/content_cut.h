// SPDX-License-Identifier: Apache-2.0
//
// Trims recorded frames to what training needs: headers, and the messages that
// carry server names. Other content, encrypted or not, is not kept.
//
// Kept whole are DNS (RFC 1035), multicast DNS (RFC 6762), TLS ClientHellos
// (RFC 8446, section 4.1.2) over all their TCP segments, and QUIC Initial
// packets (RFC 9000, section 17.2.2; and Google QUIC before it), but not what
// follows them in a segment or datagram. Other frames keep their headers, or 64
// bytes if they hold no TCP or UDP. The length fields of headers are unchanged.
//
// Memory is fixed: the table of unfinished ClientHellos has a fixed size, and a
// newer one can displace an older one, which is then cut. One thread at a time.
#pragma once

#include <array>
#include <cstdint>

#include "capture/frame_source.h"
#include "decode/decoder.h"

namespace flowtell {

class ContentCut {
 public:
  // Returns the leading bytes of the frame that are kept.
  Bytes cut(const Frame& frame);

 private:
  // A ClientHello with segments still to come.
  struct OpenHello {
    std::uint64_t sender = 0;   // a hash of the addresses and ports
    std::uint32_t missing = 0;  // bytes
  };

  // The size of the leading messages that carry names, in bytes.
  std::size_t names_in(const Packet& packet);
  std::size_t hello_in(const Packet& packet);

  Decoder decoder_;
  std::array<OpenHello, 4096> hellos_;
};

}  // namespace flowtell
