// SPDX-License-Identifier: Apache-2.0
#include "decode/copy_filter.h"

#include <algorithm>
#include <bit>

namespace flowtell {
namespace {

// Steps of CopyFilter::mirrored_. A packet that a mirror may have copied is
// taken for a copy from kIsMirrored on: after two sure ones, or a dozen in a
// row that may be.
constexpr int kSureStep = 16;
constexpr int kLikelyStep = 6;
constexpr int kOtherStep = 4;
constexpr int kIsMirrored = 24;
constexpr int kMaxMirrored = 256;

constexpr std::size_t kIpv6HeaderSize = 40;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 32);
}

std::uint64_t word_at(const std::uint8_t* from) {
  return load<std::uint64_t>(from, ByteOrder::kLittle);
}

std::uint32_t half_word_at(const std::uint8_t* from) {
  return load<std::uint32_t>(from, ByteOrder::kLittle);
}

std::uint32_t hash_end(const Address& address, Port port) {
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(address.bytes);
  const std::uint64_t hash =
      (words[0] * 0xff51afd7ed558ccd) ^ words[1] ^ (std::uint64_t{port} << 16);
  return static_cast<std::uint32_t>((hash * 0x9e3779b97f4a7c15) >> 32);
}

// The same for both directions.
std::uint64_t hash_ends(std::uint32_t one, std::uint32_t other) {
  return mix(std::max(one, other), std::min(one, other));
}

std::uint32_t hash_path(const Frame& frame, std::size_t header) {
  std::uint64_t hash = frame.interface;
  if (header >= 8) {
    const std::uint8_t* const at = frame.bytes.data();
    hash = mix(hash ^ word_at(at), word_at(at + header - 8));
  }
  return static_cast<std::uint32_t>(hash);
}

// Sequence, acknowledgement, flags, window, and the time stamps or payload. The
// checksum and the first option are left out: NAT changes the one, a clamp of
// the segment size the other.
std::uint64_t hash_tcp(std::uint64_t hash, const std::uint8_t* at,
                       std::size_t left) {
  if (left < 16) return hash;
  hash = mix(hash, word_at(at + 4));
  hash = mix(hash, half_word_at(at + 12));
  return left < 32 ? hash : mix(hash, word_at(at + 24));
}

// The first 24 bytes of the payload and the last 8.
std::uint64_t hash_udp(std::uint64_t hash, const std::uint8_t* at,
                       std::size_t left) {
  constexpr std::size_t kHeader = 8;
  constexpr std::size_t kWord = 8;
  constexpr std::size_t kFront = kHeader + 3 * kWord;
  std::size_t next = kHeader;
  for (; next + kWord <= std::min(left, kFront); next += kWord) {
    hash = mix(hash, word_at(at + next));
  }
  if (left >= kHeader + kWord) return mix(hash, word_at(at + left - kWord));
  for (; next < left; ++next) hash = mix(hash, at[next]);
  return hash;
}

bool has_port(const Packet& packet, Port port) {
  return packet.source_port == port || packet.destination_port == port;
}

// Whether no sender repeats such a packet within CopyFilter::kMirrorWindow,
// though IP does not number it: a segment with a place in the stream; a packet
// of QUIC or DNS, which has a number of its own.
bool is_never_repeated(const Packet& packet) {
  if (packet.protocol == Protocol::kUdp) {
    constexpr std::uint32_t kDnsHeader = 12;
    return packet.payload_length >= kDnsHeader &&
           (has_port(packet, 443) || has_port(packet, 53));
  }
  return packet.tcp_sequence != 0 &&
         (packet.payload_length > 0 ||
          (packet.tcp_flags & (kTcpSyn | kTcpFin)) != 0);
}

}  // namespace

CopyFilter::CopyFilter() : buckets_(kBuckets) {}

CopyFilter::Seen CopyFilter::describe(const Frame& frame,
                                      const Packet& packet) {
  const std::uint8_t* const at = frame.bytes.data() + packet.datagram_at;
  const std::size_t captured = std::min<std::size_t>(
      frame.bytes.size() - packet.datagram_at, packet.length);
  const bool is_v4 = (at[0] >> 4) == 4;
  const std::size_t header =
      is_v4 ? std::size_t{4} * (at[0] & 15u) : kIpv6HeaderSize;
  // The flags and the place of a fragment follow the identification.
  const std::uint32_t id = is_v4 ? half_word_at(at + 4) : 0;
  const std::size_t left = captured > header ? captured - header : 0;
  std::uint64_t content =
      mix(std::uint64_t{id} << 32,
          packet.length * 256u + static_cast<unsigned>(packet.protocol));
  content = packet.protocol == Protocol::kTcp
                ? hash_tcp(content, at + header, left)
                : hash_udp(content, at + header, left);
  return {.content = content,
          .time = packet.time,
          .source = hash_end(packet.source, packet.source_port),
          .destination = hash_end(packet.destination, packet.destination_port),
          .path = hash_path(frame, packet.datagram_at),
          .hops = is_v4 ? at[8] : at[7],
          .has_id = (id & 0xffff) != 0};
}

bool CopyFilter::is_copy(const Frame& frame, const Packet& packet) {
  if (packet.datagram_at == Packet::kFarDatagram) return false;
  const Seen now = describe(frame, packet);
  if (!nat_pairs_.empty() && is_outside(now)) return true;
  Bucket& bucket =
      buckets_[static_cast<std::size_t>(now.content >> 40) % kBuckets];
  Seen* place = &bucket[bucket[1].time < bucket[0].time ? 1 : 0];
  for (Seen& earlier : bucket) {
    if (earlier.content != now.content) continue;
    const Match match = compare(earlier, now, packet);
    if (match == Match::kInnerOfNat) {
      earlier = now;
      return false;
    }
    if (match != Match::kNone) {
      earlier.is_copied = true;
      return match == Match::kForwarded || note_mirrored(match);
    }
    if (earlier.source == now.source &&
        earlier.destination == now.destination) {
      // Sent again; more than twice within the window, no mirror does that.
      if (earlier.is_copied) mirrored_ -= kOtherStep;
      place = &earlier;
      break;
    }
  }
  mirrored_ = std::max(mirrored_ - kOtherStep, 0);
  *place = now;
  return false;
}

CopyFilter::Match CopyFilter::compare(Seen& earlier, const Seen& now,
                                      const Packet& packet) {
  const Duration since = now.time - earlier.time;
  if (since > (now.has_id ? kForwardWindow : kForwardWindowNoId)) {
    return Match::kNone;
  }
  const int routers = earlier.hops - now.hops;
  if (routers < -1 || routers > 1) return Match::kNone;
  if (earlier.source != now.source || earlier.destination != now.destination) {
    return routers == 0 ? Match::kNone
                        : compare_translated(earlier, now, packet);
  }
  if (routers != 0 || earlier.path != now.path) return Match::kForwarded;
  if (since > kMirrorWindow) return Match::kNone;
  if (now.has_id) return Match::kMirrored;
  if (earlier.is_copied) return Match::kNone;
  return is_never_repeated(packet) ? Match::kMirrored : Match::kPerhapsMirrored;
}

// A router translates the source of what leaves its network, and the
// destination of what enters; the TTL tells which of two came first.
CopyFilter::Match CopyFilter::compare_translated(const Seen& earlier,
                                                 const Seen& now,
                                                 const Packet& packet) {
  constexpr std::uint32_t kTellingPayload = 16;
  if (!now.has_id && packet.protocol == Protocol::kUdp &&
      packet.payload_length < kTellingPayload) {
    return Match::kNone;
  }
  const bool source_differs = earlier.source != now.source;
  if (source_differs && earlier.destination != now.destination) {
    return Match::kNone;
  }
  const bool is_in_order = earlier.hops > now.hops;
  if (source_differs == is_in_order) {
    note_outside(hash_ends(now.source, now.destination), now.time);
    return Match::kForwarded;
  }
  note_outside(hash_ends(earlier.source, earlier.destination), now.time);
  return Match::kInnerOfNat;
}

bool CopyFilter::is_outside(const Seen& now) {
  const std::uint64_t ends = hash_ends(now.source, now.destination);
  NatPair& pair = nat_pairs_[static_cast<std::size_t>(ends % kNatPairs)];
  if (pair.ends != ends || now.time - pair.last > kNatTimeout) return false;
  pair.last = now.time;
  return true;
}

void CopyFilter::note_outside(std::uint64_t ends, Timestamp now) {
  if (nat_pairs_.empty()) nat_pairs_.resize(kNatPairs);
  nat_pairs_[static_cast<std::size_t>(ends % kNatPairs)] = {ends, now};
}

// Returns whether the packet is taken for a copy.
bool CopyFilter::note_mirrored(Match match) {
  const bool is_sure = match == Match::kMirrored;
  const bool is_taken = is_sure || mirrored_ >= kIsMirrored;
  mirrored_ =
      std::min(mirrored_ + (is_sure ? kSureStep : kLikelyStep), kMaxMirrored);
  return is_taken;
}

}  // namespace flowtell
