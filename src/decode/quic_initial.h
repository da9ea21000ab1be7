// SPDX-License-Identifier: Apache-2.0
//
// What a QUIC client says in its first datagrams: the CRYPTO frames of its
// Initial packets, at whose offsets a TLS ClientHello comes together (RFC 9000,
// sections 12.2, 17.2.2 and 19.6).
//
// Clients cut the hello into many frames, out of order, over several packets
// and datagrams; some do so on purpose. A datagram may hold several packets.
// One thread at a time.
#pragma once

#include <optional>

#include "decode/piece_buffer.h"
#include "decode/quic_keys.h"

namespace flowtell {

class QuicOpener {
 public:
  // Puts what a datagram holds of its sender's hello into `hello`; `length` is
  // the datagram's on the wire. `seed` is that of the connection's first
  // datagram and is set by it: later ones may bear an id that the server
  // chose, yet are protected with the first keys; after a Retry the new id
  // counts (RFC 9001, 5.2). True if a client's Initial packet was opened.
  bool add(Bytes datagram, std::size_t length, std::optional<QuicSeed>& seed,
           PieceBuffer& hello);

 private:
  Bytes open(const QuicInitial& initial, std::optional<QuicSeed>& seed);

  QuicKeys keys_;
};

// Puts the CRYPTO frames at the front of a packet's payload into `hello`.
// Stops at a frame that no Initial packet of a client may hold.
void read_quic_frames(Bytes payload, PieceBuffer& hello);

}  // namespace flowtell
