// SPDX-License-Identifier: Apache-2.0
//
// QUIC integers of 1, 2, 4 or 8 bytes; the first two bits give the size
// (RFC 9000, section 16).
#pragma once

#include "base/bytes.h"

namespace flowtell {

inline std::uint64_t read_quic_varint(ByteReader& reader) {
  ByteReader ahead = reader;
  switch (ahead.u8() >> 6) {
    case 0:
      return reader.u8();
    case 1:
      return reader.u16() & 0x3fffu;
    case 2:
      return reader.u32() & 0x3fffffffu;
    default:
      return reader.u64() & 0x3fffffffffffffffu;
  }
}

}  // namespace flowtell
