// SPDX-License-Identifier: Apache-2.0
//
// The unprotected part of the header of a QUIC Initial packet: RFC 9000,
// sections 17.2 and 17.2.2. Version 2 numbers the packet types differently
// (RFC 9369, section 3.2). Drafts from 22 on have the same format as version 1,
// and so have the versions of mvfst, the QUIC of Facebook's apps.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace flowtell {

// As in the header; more versions are read than have a name here.
enum class QuicVersion : std::uint32_t {
  k1 = 0x00000001,
  k2 = 0x6b3343cf,
  kDraft22 = 0xff000016,
  kDraft23 = 0xff000017,
  kDraft29 = 0xff00001d,
  kDraft33 = 0xff000021,
  kDraft34 = 0xff000022,
  kMvfst22 = 0xfaceb001,
  kMvfst = 0xfaceb002,
  kMvfst1 = 0xfaceb003,  // aliases of version 1
  kMvfst1b = 0xfaceb004,
  kMvfstLast = 0xfaceb0ff,  // of its experiments
};

// "1", "2", "draft-29", "mvfst-faceb002" (Facebook's), or its number in
// hexadecimal.
std::string quic_version_text(QuicVersion version);

// The salt and labels that a version's Initial keys are derived with. The
// enumerators name the first version that used them.
enum class QuicProtection : std::uint8_t {
  kNone,  // the version is unknown
  kDraft22,
  kDraft23,
  kDraft29,
  k1,
  k2,
};

QuicProtection protection_of(QuicVersion version);

struct QuicInitial {
  QuicVersion version;
  Bytes destination_id;  // at most 20 bytes
  // The captured part of the packet, from its first byte.
  Bytes packet;
  // Offsets in `packet` of the protected packet number and of the end stated in
  // the header. `end` exceeds packet.size() if the capture cut the packet.
  std::size_t number_at;
  std::size_t end;

  bool is_cut() const { return end > packet.size(); }
};

// Reads the Initial packet at the start of `bytes`, the captured bytes from
// there to the end of the datagram; `length` is their number on the wire.
// Returns nullopt if the packet is of another type or states a length beyond
// the datagram. The result borrows from `bytes`.
std::optional<QuicInitial> read_quic_initial(Bytes bytes,
                                             std::size_t length) noexcept;

// A QUIC integer of 1, 2, 4 or 8 bytes; the first two bits give the size
// (RFC 9000, section 16).
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
