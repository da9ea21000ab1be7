// SPDX-License-Identifier: Apache-2.0
//
// Finds packets that were recorded more than once: on both interfaces of a
// router or a bridge ('tcpdump -i any'), at a mirror port that shows both
// directions of both ports, before and after network address translation (NAT).
// Copies would double every count.
//
// A copy has the same content as an earlier packet: IP identification, length,
// TCP numbers, flags, window and time stamps, or the start of the UDP payload.
// Its checksums, MAC addresses, VLAN tags and interface may differ, and its TTL
// by one. Which packets with the same content are copies:
//
// - with the same addresses, and another path or TTL: within kForwardWindow, or
//   kForwardWindowNoId if IP does not number the packet (IPv6; IPv4 with 0);
// - with the same addresses, path and TTL: within kMirrorWindow, if no sender
//   repeats such a packet so soon; otherwise only while others are copied too;
// - with one end rewritten, and a TTL that differs by one: by NAT. The outer
//   side's pair of ends is then remembered, and all its packets are copies, so
//   that the LAN's side stays whichever side is recorded first.
//
// A retransmission has another identification, or the same path and comes later
// than kMirrorWindow. Only earlier frames decide. Bounded memory; one thread at
// a time. Cost: a hash of four words and a look into one cache line or two.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "capture/frame_source.h"
#include "decode/packet.h"

namespace flowtell {

class CopyFilter {
 public:
  static constexpr Duration kForwardWindow = std::chrono::milliseconds(100);
  static constexpr Duration kForwardWindowNoId = std::chrono::milliseconds(10);
  static constexpr Duration kMirrorWindow = std::chrono::microseconds(500);
  // How long the outer side of a translated pair is remembered after its last
  // packet.
  static constexpr Duration kNatTimeout = std::chrono::minutes(5);

  CopyFilter();

  // Whether the packet, decoded from the frame, is a copy of an earlier one.
  // REQUIRES: packet.time never decreases.
  bool is_copy(const Frame& frame, const Packet& packet);

 private:
  // What is compared of a packet.
  struct Seen {
    std::uint64_t content = 0;
    Timestamp time = kEarliestTime;
    std::uint32_t source = 0;  // hash of address and port
    std::uint32_t destination = 0;
    std::uint32_t path = 0;  // hash of the link header and interface
    std::uint8_t hops = 0;   // TTL or hop limit
    bool has_id = false;
    bool is_copied = false;
  };
  static_assert(sizeof(Seen) == 32);
  enum class Match : std::uint8_t {
    kNone,
    kForwarded,
    kMirrored,
    kPerhapsMirrored,
    kInnerOfNat,
  };
  struct NatPair {
    std::uint64_t ends = 0;  // the outer side's
    Timestamp last = kEarliestTime;
  };
  static constexpr std::size_t kWays = 2;
  static constexpr std::size_t kBuckets = 1024;
  static constexpr std::size_t kNatPairs = 4096;

  using Bucket = std::array<Seen, kWays>;

  static Seen describe(const Frame& frame, const Packet& packet);
  Match compare(Seen& earlier, const Seen& now, const Packet& packet);
  Match compare_translated(const Seen& earlier, const Seen& now,
                           const Packet& packet);
  bool is_outside(const Seen& now);
  void note_outside(std::uint64_t ends, Timestamp now);
  bool note_mirrored(Match match);

  std::vector<Bucket> buckets_;
  std::vector<NatPair> nat_pairs_;  // empty until one is found
  int mirrored_ =
      0;  // rises with each copy on the same path, falls with others
};

}  // namespace flowtell
