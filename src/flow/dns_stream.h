// SPDX-License-Identifier: Apache-2.0
//
// The messages in one direction of DNS over TCP, each behind its length in two
// bytes (RFC 1035, 4.2.2; RFC 7766).
//
// Segments may come late, twice or not at all; a message may span several, and
// a segment may hold several. Bounded: 16 KiB are buffered. Of a longer or
// truncated message the available front is given.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "decode/piece_buffer.h"

namespace flowtell {

class DnsStream {
 public:
  // Adds a segment: the captured part of `length` bytes at this sequence
  // number. The first one added begins with a message.
  void put(std::uint32_t sequence, Bytes captured, std::uint32_t length);

  // The next message; false if there is none yet. Valid until the next call of
  // any method.
  bool next(Bytes& message);

 private:
  void restart_at(std::uint32_t sequence);
  // Drops what was read, if everything was.
  void drop_read();

  bool is_started_ = false;
  bool is_cut_ = false;     // bytes after the front were not captured
  std::uint32_t base_ = 0;  // the sequence number of the buffer's first byte
  std::size_t read_ = 0;    // of the buffer
  PieceBuffer pieces_;
};

}  // namespace flowtell
