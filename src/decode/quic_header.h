// SPDX-License-Identifier: Apache-2.0
//
// The header of a QUIC Initial packet as far as it is not protected: RFC 9000,
// sections 17.2 and 17.2.2; in version 2 the packet types are numbered
// otherwise (RFC 9369, section 3.2). Draft 29 is on the wire like version 1.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace flowtell {

enum class QuicVersion : std::uint32_t {
  k1 = 0x00000001,
  k2 = 0x6b3343cf,
  kDraft29 = 0xff00001d,
};

struct QuicInitial {
  QuicVersion version;
  Bytes destination_id;  // at most 20 bytes
  // The packet from its first byte on, as far as it is there.
  Bytes packet;
  // Where in it the protected packet number begins, and its end as it states
  // that itself: beyond `packet` where the capture cut it.
  std::size_t number_at;
  std::size_t end;

  bool is_cut() const { return end > packet.size(); }
};

// The Initial packet at the front of `bytes`, all that is there of a datagram
// from here on; `length` is what there was of it on the wire. Nothing where
// another packet stands there, or where the packet's own length leaves the
// datagram. Borrows from `bytes`.
std::optional<QuicInitial> read_quic_initial(Bytes bytes,
                                             std::size_t length) noexcept;

}  // namespace flowtell
