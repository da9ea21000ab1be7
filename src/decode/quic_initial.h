// SPDX-License-Identifier: Apache-2.0
//
// Reads the CRYPTO frames in a QUIC client's Initial packets, from which a TLS
// ClientHello is reassembled (RFC 9000, sections 12.2, 17.2.2 and 19.6).
//
// Clients split the hello into many frames, out of order, over several packets
// and datagrams, some of them on purpose. A datagram may hold several packets.
// One thread at a time.
#pragma once

#include <optional>

#include "decode/piece_buffer.h"
#include "decode/quic_keys.h"

namespace flowtell {

class QuicOpener {
 public:
  // Adds the CRYPTO frames of a datagram to `hello`; `length` is the datagram's
  // length on the wire. The connection's first datagram sets `seed`: later ones
  // may carry an id chosen by the server, but use the first keys. After a Retry
  // the new id applies (RFC 9001, 5.2). True if an Initial packet of a client
  // was decrypted.
  bool add(Bytes datagram, std::size_t length, std::optional<QuicSeed>& seed,
           PieceBuffer& hello);

 private:
  Bytes open(const QuicInitial& initial, std::optional<QuicSeed>& seed);

  QuicKeys keys_;
};

// Adds the CRYPTO frames of a packet's payload to `hello`. Stops at a frame
// that is not allowed in a client's Initial packet.
void read_quic_frames(Bytes payload, PieceBuffer& hello);

}  // namespace flowtell
