// SPDX-License-Identifier: Apache-2.0
//
// Finds the name of the server behind each address-port pair: in what the
// client says before encryption begins (TLS, QUIC, Google's QUIC), else in what
// DNS told the device before.
//
// A pair is looked at only in its first packets with payload. Then it is
// settled, with or without a name, and each further packet costs one look into
// an array. A pair keeps its name across bursts for as long as it is
// remembered; a new TCP connection on the same ports is looked at anew.
//
// A hello may come in several packets. TCP segments are put in their order by
// their sequence numbers, so neither a late segment nor one sent twice matters.
// Of a packet that was cut, what is there is read.
//
// Memory is bounded: so many hellos may be incomplete at a time, each of 16 KiB
// at most, and the oldest makes way; names, and what DNS told, have bounds of
// their own. One thread at a time.
#pragma once

#include <optional>
#include <vector>

#include "base/pool.h"
#include "base/recency_list.h"
#include "decode/quic_initial.h"
#include "decode/tls_hello.h"
#include "flow/dns_memory.h"
#include "flow/flow.h"
#include "flow/name_pool.h"
#include "flow/pair_table.h"

namespace flowtell {

class NameFinder {
 public:
  // Incomplete hellos held at a time.
  static constexpr std::size_t kMaxHellos = 1024;
  // A pair's packets with payload that are looked at, in both directions.
  static constexpr std::uint8_t kMaxLooks = 16;

  NameFinder() : by_age_(hellos_) {}
  NameFinder(const NameFinder&) = delete;
  NameFinder& operator=(const NameFinder&) = delete;

  // REQUIRES: `found` is what the pair table said of the packet, and `pair` is
  // the pair; each packet comes once, in the capture's order.
  void add(const Packet& packet, const PairTable::Found& found,
           const Pair& pair);

  // What is known of the pair at this position. Valid until the next `add`.
  FlowName of(std::uint32_t position);

 private:
  enum class Search : std::uint8_t { kOn, kDns, kSettled };

  // What belongs to the pair that stands at the same position in the pair
  // table.
  struct PairName {
    NameId server;
    NameId alpn;
    std::uint32_t hello = kNowhere;    // in hellos_, while it is incomplete
    std::uint32_t first_sequence = 0;  // of the client's first byte, in TCP
    bool knows_client = false;         // then these two hold
    Direction client = Direction::kSent;
    NameSource source = NameSource::kNone;
    Search search = Search::kOn;
    std::uint8_t looks = 0;
  };
  static_assert(sizeof(PairName) == 32);

  struct OpenHello {
    std::uint32_t pair = kNowhere;
    RecencyLinks recency;
    std::optional<QuicSeed> seed;
    PieceBuffer pieces;
  };

  void begin(const Packet& packet, const PairTable::Found& found,
             const Pair& pair);
  void read_dns(const Packet& packet, PairName& pair);
  void look_into_segment(const Packet& packet, Direction direction,
                         std::uint32_t position);
  void look_into_datagram(const Packet& packet, Direction direction,
                          std::uint32_t position);
  // Notes what the hello says; settles the pair if there is no more to come.
  void take(const TlsHello& hello, NameSource source, PairName& pair);
  void note(const HostName& server, NameSource source, PairName& pair);
  OpenHello& open_hello(std::uint32_t position);
  void settle(PairName& pair);
  void close_hello(PairName& pair);

  std::vector<PairName> pairs_;
  Pool<OpenHello> hellos_;
  RecencyList<OpenHello> by_age_;
  NamePool names_;
  DnsMemory dns_;
  QuicOpener opener_;
};

}  // namespace flowtell
