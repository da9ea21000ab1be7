// SPDX-License-Identifier: Apache-2.0
//
// Finds the server name of each pair (pair_table.h): in what its client sends
// in the clear (decode/client_opening.h; the hellos of QUIC and Google's QUIC),
// or else in the DNS answers of the device.
//
// A hello with the extension encrypted_client_hello may have an outer name
// instead of the server's. Most such hellos do not: clients add the extension
// to all hellos (GREASE, tls_hello.h). What DNS told the device decides. A
// client connects to an address of the server's own name and need not look up
// the outer one. So a name in the hello that the device looked up counts.
// Otherwise the name under which DNS gave the address counts, or else the outer
// name is kept with the source kEch. (A hello cut before the extension counts
// as one without.)
//
// Only a pair's first packets with payload are examined. Then its search ends,
// with or without a name, and each further packet costs one array access. A
// pair keeps its name across bursts for as long as the pair is stored; a new
// TCP connection on the same ports starts a new search. A copy of the SYN that
// began the connection keeps the name.
//
// A hello may span several packets. TCP segments are ordered by sequence
// number, so late and repeated segments are handled. Of a truncated packet the
// captured part is read.
//
// Memory is bounded: a fixed number of incomplete hellos and streams of DNS,
// of at most 16 KiB a direction, of which the oldest is evicted. Names and DNS
// answers have their own bounds. One thread at a time.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/pool.h"
#include "base/recency_list.h"
#include "decode/client_opening.h"
#include "decode/quic_initial.h"
#include "decode/tls_hello.h"
#include "flow/dns_memory.h"
#include "flow/dns_stream.h"
#include "flow/flow.h"
#include "flow/name_pool.h"
#include "flow/pair_table.h"

namespace flowtell {

enum class HelloUse { kName, kNameAndFacts };

class NameFinder {
 public:
  // Incomplete hellos held at a time.
  static constexpr std::size_t kMaxHellos = 1024;
  // Packets with payload examined per pair, in both directions.
  static constexpr std::uint8_t kMaxPackets = 16;

  // Distinct facts of hellos (hello_facts.h) kept at a time.
  static constexpr std::size_t kMaxFacts = 4096;

  explicit NameFinder(HelloUse use)
      : use_(use), by_age_(hellos_), facts_(kMaxFacts) {}
  NameFinder(const NameFinder&) = delete;
  NameFinder& operator=(const NameFinder&) = delete;

  // REQUIRES: `found` is the pair table's result for the packet, `pair` its
  // pair and `device` that of the pair (device_addresses.h); packets are added
  // once each, in capture order.
  void add(const Packet& packet, const PairTable::Found& found,
           const Pair& pair, const Address& device);

  // The name of the pair at this position. Valid until the next `add`.
  FlowName of(std::uint32_t position);

 private:
  enum class Search : std::uint8_t { kActive, kDns, kDnsStream, kDone };

  // The state of the pair at the same position in the pair table.
  struct PairName {
    NameId server;
    NameId facts;                       // in facts_
    std::uint32_t hello = kNoPosition;  // in hellos_, while it is incomplete
    std::uint32_t first_sequence = 0;   // of the client's first byte, in TCP
    bool client_known = false;          // then client, first_sequence are set
    Direction client = Direction::kSent;
    NameSource source = NameSource::kNone;
    Search search = Search::kActive;
    std::uint8_t packets = 0;
  };
  static_assert(sizeof(PairName) == 32);

  struct OpenHello {
    std::uint32_t pair = kNoPosition;
    RecencyLinks recency;
    std::optional<QuicSeed> seed;
    PieceBuffer pieces;
    std::array<DnsStream, 2> dns;  // by Direction; for DNS over TCP
  };

  // A packet, and what is known of it.
  struct Arrival {
    const Packet& packet;
    const PairTable::Found& found;
    const Pair& pair;
    const Address& device;
  };

  void start(const Arrival& arrival);
  void reopen(const Arrival& arrival);
  void read_dns(Bytes message, const Arrival& arrival);
  void read_dns_segment(const Arrival& arrival);
  void read_segment(const Arrival& arrival);
  void read_datagram(const Arrival& arrival);
  void read_stream(Bytes stream, const Arrival& arrival);
  // Store the names in a hello; end the search if the hello is complete.
  void apply(const TlsHello& hello, NameSource source, const Arrival& arrival);
  void set_hello_name(const TlsHello& hello, NameSource source,
                      const Arrival& arrival);
  void keep_facts(std::string_view ja4, std::string_view quic_version,
                  std::string_view alpn, PairName& pair);
  void set_name(const HostName& server, NameSource source, PairName& pair);
  OpenHello& open_hello(std::uint32_t position);
  void end_search(PairName& pair);
  void close_hello(PairName& pair);

  HelloUse use_;
  std::vector<PairName> pairs_;
  Pool<OpenHello> hellos_;
  RecencyList<OpenHello> by_age_;
  NamePool names_;
  NamePool facts_;
  DnsMemory dns_;
  QuicOpener opener_;
};

}  // namespace flowtell
