// SPDX-License-Identifier: Apache-2.0
#include "decode/quic_initial.h"

#include <algorithm>

#include "decode/quic_header.h"

namespace flowtell {
namespace {

// Initial packets read per datagram. Clients send one or two; each may cost a
// key derivation.
constexpr int kMaxPackets = 4;

// Frames allowed in a client's Initial packet (RFC 9000, section 12.4).
enum : std::uint8_t {
  kPadding = 0,
  kPing = 1,
  kAck = 2,
  kAckWithCounts = 3,
  kCrypto = 6,
};

// RFC 9000, section 19.3. Each range takes at least 2 bytes, so the reader
// bounds the count.
void skip_ack(ByteReader& reader, bool with_counts) {
  read_quic_varint(reader);  // the largest acknowledged
  read_quic_varint(reader);  // delay
  const std::uint64_t ranges = read_quic_varint(reader);
  read_quic_varint(reader);  // the first range
  for (std::uint64_t i = 0; i < ranges && reader.ok(); ++i) {
    read_quic_varint(reader);
    read_quic_varint(reader);
  }
  for (int i = 0; with_counts && i < 3; ++i) read_quic_varint(reader);
}

}  // namespace

void read_quic_frames(Bytes payload, PieceBuffer& hello) {
  ByteReader reader(payload);
  while (reader.ok() && reader.left() > 0) {
    const std::uint8_t type = reader.u8();
    switch (type) {
      case kPadding:
      case kPing:
        break;
      case kAck:
      case kAckWithCounts:
        skip_ack(reader, type == kAckWithCounts);
        break;
      case kCrypto: {
        const std::uint64_t offset = read_quic_varint(reader);
        const std::uint64_t size = read_quic_varint(reader);
        if (!reader.ok()) return;
        // If the packet was cut, the available part is used.
        hello.put(offset,
                  reader.take(std::min<std::uint64_t>(size, reader.left())));
        break;
      }
      default:
        return;
    }
  }
}

bool QuicOpener::add(Bytes datagram, std::size_t length,
                     std::optional<QuicSeed>& seed, PieceBuffer& hello) {
  bool any_opened = false;
  std::optional<QuicSeed> first;
  length = std::max(length, datagram.size());
  for (int packets = 0; packets < kMaxPackets; ++packets) {
    const auto initial = read_quic_initial(datagram, length);
    if (!initial) break;
    // All packets of a datagram belong to one connection (RFC 9000, 12.2).
    if (first && !(*first == QuicSeed(*initial))) break;
    first = QuicSeed(*initial);
    const Bytes payload = open(*initial, seed);
    any_opened = any_opened || !payload.empty();
    read_quic_frames(payload, hello);
    if (initial->is_cut()) break;
    datagram = datagram.subspan(initial->end);
    length -= initial->end;
  }
  return any_opened;
}

Bytes QuicOpener::open(const QuicInitial& initial,
                       std::optional<QuicSeed>& seed) {
  if (seed) {
    const Bytes payload = keys_.open(*seed, initial);
    if (!payload.empty()) return payload;
  }
  const QuicSeed packet_seed(initial);
  if (seed && packet_seed == *seed) return {};
  const Bytes payload = keys_.open(packet_seed, initial);
  if (!payload.empty()) seed = packet_seed;
  return payload;
}

}  // namespace flowtell
