// SPDX-License-Identifier: Apache-2.0
#include "flow/name_finder.h"

#include "decode/dns_message.h"
#include "decode/google_quic.h"

namespace flowtell {
namespace {

constexpr Port kDns = 53;
constexpr Port kMulticastDns = 5353;

bool is_dns(Port port) { return port == kDns || port == kMulticastDns; }

bool is_dns(const Packet& packet) {
  return packet.protocol == Protocol::kUdp &&
         (is_dns(packet.source_port) || is_dns(packet.destination_port));
}

bool opens_connection(const Packet& packet) {
  return (packet.tcp_flags & (kTcpSyn | kTcpAck)) == kTcpSyn;
}

// Of the payload's first byte; a SYN occupies one number (RFC 9293, 3.4).
std::uint32_t sequence_of_payload(const Packet& packet) {
  return packet.tcp_sequence + ((packet.tcp_flags & kTcpSyn) != 0 ? 1 : 0);
}

}  // namespace

struct NameFinder::Ends {
  Ends(const Packet& packet, Direction direction)
      : device(direction == Direction::kSent ? packet.source
                                             : packet.destination),
        remote(direction == Direction::kSent ? packet.destination
                                             : packet.source),
        time(packet.time) {}

  Address device;
  Address remote;
  Timestamp time;
};

void NameFinder::add(const Packet& packet, const PairTable::Found& found,
                     const Pair& pair) {
  if (found.is_new || opens_connection(packet)) start(packet, found, pair);
  PairName& name = pairs_[found.position];
  if (name.search == Search::kDone || packet.payload_length == 0) return;
  if (name.search == Search::kDns) return read_dns(packet, name);
  if (packet.protocol == Protocol::kTcp) {
    read_segment(packet, found.direction, found.position);
  } else {
    read_datagram(packet, found.direction, found.position);
  }
  if (++name.packets == kMaxPackets) end_search(name);
}

FlowName NameFinder::of(std::uint32_t position) {
  const PairName& pair = pairs_[position];
  const std::string_view server = names_.find(pair.server);
  return {server, server.empty() ? NameSource::kNone : pair.source,
          HelloFacts(facts_.find(pair.facts))};
}

void NameFinder::start(const Packet& packet, const PairTable::Found& found,
                       const Pair& pair) {
  if (found.position >= pairs_.size()) pairs_.resize(found.position + 1);
  PairName& name = pairs_[found.position];
  close_hello(name);
  name = {};
  if (is_dns(packet)) {
    name.search = Search::kDns;
    return;
  }
  name.server =
      dns_.find(pair.device_address(), pair.remote_address(), packet.time);
  if (!name.server.is_none()) name.source = NameSource::kDns;
  if (opens_connection(packet)) {
    name.client_known = true;
    name.client = found.direction;
    name.first_sequence = packet.tcp_sequence + 1;
  }
}

// --- DNS ---------------------------------------------------------------------

void NameFinder::read_dns(const Packet& packet, PairName& pair) {
  const bool is_multicast = packet.source_port == kMulticastDns;
  DnsReader reader(packet.payload,
                   is_multicast ? DnsKind::kMulticast : DnsKind::kUnicast);
  // The first question names the flow.
  const bool is_question =
      packet.source_port == kDns || packet.destination_port == kDns;
  if (is_question && pair.server.is_none()) {
    set_name(reader.asked(), NameSource::kQuestion, pair);
  }
  if (!is_dns(packet.source_port)) return;
  NameId name;
  for (DnsAnswer answer; reader.next(answer);) {
    // Any host in the LAN can send multicast answers, so only .local names are
    // trusted (RFC 6762, section 3).
    if (is_multicast && !answer.name.ends_with(".local")) continue;
    // All addresses of a unicast answer share one name.
    if (is_multicast || name.is_none()) name = names_.put(answer.name);
    dns_.remember(
        {.device = is_multicast ? DnsMemory::all_devices() : packet.destination,
         .remote = answer.address,
         .name = name,
         .ttl = std::chrono::seconds(answer.seconds)},
        packet.time);
  }
}

// --- TLS over TCP ------------------------------------------------------------

void NameFinder::read_segment(const Packet& packet, Direction direction,
                              std::uint32_t position) {
  PairName& pair = pairs_[position];
  const std::uint32_t sequence = sequence_of_payload(packet);
  if (!pair.client_known) {
    // The SYN was not captured: the sender of the hello is the client.
    if (read_tls_hello(packet.payload).state == TlsHello::State::kNone) return;
    pair.client_known = true;
    pair.client = direction;
    pair.first_sequence = sequence;
  }
  if (direction != pair.client) return;
  const std::uint32_t offset = sequence - pair.first_sequence;
  if (offset >= PieceBuffer::kMax) return;
  const Ends ends(packet, direction);
  if (offset == 0 && pair.hello == kNoPosition) {
    // Usually the first segment holds the whole hello, or all that was captured
    // of it: the cut part is not sent again.
    read_stream(packet.payload, ends, pair);
    if (packet.payload.size() < packet.payload_length) end_search(pair);
    if (pair.search == Search::kDone) return;
  }
  PieceBuffer& pieces = open_hello(position).pieces;
  pieces.put(offset, packet.payload);
  read_stream(pieces.front(), ends, pair);
}

void NameFinder::read_stream(Bytes stream, const Ends& ends, PairName& pair) {
  const TlsHello hello = read_tls_hello(stream);
  if (use_ == HelloUse::kNameAndFacts) {
    const bool is_whole = hello.state == TlsHello::State::kDone;
    keep_facts(is_whole ? tls_ja4(stream) : "", "", hello.alpns(), pair);
  }
  apply(hello, NameSource::kTls, ends, pair);
}

// --- QUIC --------------------------------------------------------------------

void NameFinder::read_datagram(const Packet& packet, Direction direction,
                               std::uint32_t position) {
  PairName& pair = pairs_[position];
  if (pair.client_known && direction != pair.client) return;
  if (const auto server = read_google_hello(packet.payload)) {
    set_name(*server, NameSource::kGoogleQuic, pair);
    keep_facts("", google_quic_version(packet.payload), "", pair);
    if (!server->empty()) end_search(pair);
    return;
  }
  if (!read_quic_initial(packet.payload, packet.payload_length)) return;
  OpenHello& hello = open_hello(position);
  if (!opener_.add(packet.payload, packet.payload_length, hello.seed,
                   hello.pieces)) {
    if (!hello.seed) close_hello(pair);
    return;
  }
  pair.client_known = true;
  pair.client = direction;
  const Bytes messages = hello.pieces.front();
  const TlsHello tls = read_handshake_hello(messages);
  if (use_ == HelloUse::kNameAndFacts) {
    const bool is_whole = tls.state == TlsHello::State::kDone;
    keep_facts(is_whole ? quic_ja4(messages) : "",
               quic_version_text(hello.seed->version), tls.alpns(), pair);
  }
  apply(tls, NameSource::kQuic, Ends(packet, direction), pair);
}

// --- results -----------------------------------------------------------------

void NameFinder::apply(const TlsHello& hello, NameSource source,
                       const Ends& ends, PairName& pair) {
  set_hello_name(hello, source, ends, pair);
  if (hello.state != TlsHello::State::kNeedsMore ||
      hello.missing > PieceBuffer::kMax) {
    end_search(pair);
  }
}

void NameFinder::set_hello_name(const TlsHello& hello, NameSource source,
                                const Ends& ends, PairName& pair) {
  set_name(hello.server_name, source, pair);
  if (!hello.has_ech || hello.server_name.empty()) return;
  if (dns_.has_looked_up(ends.device, pair.server, ends.time)) return;
  const NameId name = dns_.find(ends.device, ends.remote, ends.time);
  pair.source = name.is_none() ? NameSource::kEch : NameSource::kDns;
  if (!name.is_none()) pair.server = name;
}

void NameFinder::keep_facts(std::string_view ja4, std::string_view quic_version,
                            std::string_view alpn, PairName& pair) {
  if (use_ != HelloUse::kNameAndFacts) return;
  pair.facts = facts_.put(HelloFacts::text_of(ja4, quic_version, alpn));
}

void NameFinder::set_name(const HostName& server, NameSource source,
                          PairName& pair) {
  if (server.empty()) return;
  pair.server = names_.put(server.text());
  pair.source = source;
}

NameFinder::OpenHello& NameFinder::open_hello(std::uint32_t position) {
  if (pairs_[position].hello == kNoPosition) {
    if (hellos_.size() >= kMaxHellos) {
      end_search(pairs_[hellos_[by_age_.oldest()].pair]);
    }
    const std::uint32_t slot = hellos_.take();
    hellos_[slot].pair = position;
    by_age_.add(slot);
    pairs_[position].hello = slot;
  }
  return hellos_[pairs_[position].hello];
}

void NameFinder::end_search(PairName& pair) {
  close_hello(pair);
  pair.search = Search::kDone;
}

void NameFinder::close_hello(PairName& pair) {
  if (pair.hello == kNoPosition) return;
  hellos_[pair.hello].pieces = PieceBuffer();
  by_age_.remove(pair.hello);
  hellos_.release(pair.hello);
  pair.hello = kNoPosition;
}

}  // namespace flowtell
