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

// Of the payload's first byte: a SYN takes a number of its own (RFC 9293, 3.4).
std::uint32_t sequence_of_payload(const Packet& packet) {
  return packet.tcp_sequence + ((packet.tcp_flags & kTcpSyn) != 0 ? 1 : 0);
}

}  // namespace

void NameFinder::add(const Packet& packet, const PairTable::Found& found,
                     const Pair& pair) {
  if (found.is_new || opens_connection(packet)) begin(packet, found, pair);
  PairName& name = pairs_[found.position];
  if (name.search == Search::kSettled || packet.payload_length == 0) return;
  if (name.search == Search::kDns) return read_dns(packet, name);
  if (packet.protocol == Protocol::kTcp) {
    look_into_segment(packet, found.direction, found.position);
  } else {
    look_into_datagram(packet, found.direction, found.position);
  }
  if (++name.looks == kMaxLooks) settle(name);
}

FlowName NameFinder::of(std::uint32_t position) {
  const PairName& pair = pairs_[position];
  const std::string_view server = names_.find(pair.server);
  return {server, server.empty() ? NameSource::kNone : pair.source,
          names_.find(pair.alpn)};
}

void NameFinder::begin(const Packet& packet, const PairTable::Found& found,
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
    name.knows_client = true;
    name.client = found.direction;
    name.first_sequence = packet.tcp_sequence + 1;
  }
}

// --- DNS ---------------------------------------------------------------------

void NameFinder::read_dns(const Packet& packet, PairName& pair) {
  const bool to_all = packet.source_port == kMulticastDns;
  DnsReader reader(packet.payload,
                   to_all ? DnsKind::kMulticast : DnsKind::kUnicast);
  // The first question is what the flow is about.
  const bool is_question =
      packet.source_port == kDns || packet.destination_port == kDns;
  if (is_question && pair.server.is_none()) {
    note(reader.asked(), NameSource::kQuestion, pair);
  }
  if (!is_dns(packet.source_port)) return;
  NameId name;
  for (DnsAnswer answer; reader.next(answer);) {
    // Anybody in the LAN can say anything to all; of other domains it is not
    // theirs to say (RFC 6762, section 3).
    if (to_all && !answer.name.ends_with(".local")) continue;
    // Told to one, all addresses are of one name.
    if (to_all || name.is_none()) name = names_.put(answer.name);
    dns_.remember(
        {.device = to_all ? DnsMemory::everyone() : packet.destination,
         .remote = answer.address,
         .name = name,
         .lifetime = std::chrono::seconds(answer.seconds)},
        packet.time);
  }
}

// --- TLS over TCP ------------------------------------------------------------

void NameFinder::look_into_segment(const Packet& packet, Direction direction,
                                   std::uint32_t position) {
  PairName& pair = pairs_[position];
  const std::uint32_t sequence = sequence_of_payload(packet);
  if (!pair.knows_client) {
    // Its SYN was not seen: whoever says hello is the client.
    if (read_tls_hello(packet.payload).state == TlsHello::State::kNone) return;
    pair.knows_client = true;
    pair.client = direction;
    pair.first_sequence = sequence;
  }
  if (direction != pair.client) return;
  const std::uint32_t offset = sequence - pair.first_sequence;
  if (offset >= PieceBuffer::kMax) return;
  if (offset == 0 && pair.hello == kNowhere) {
    // Nearly always the first segment holds all of it, or all that will come:
    // what was cut off is not sent again.
    take(read_tls_hello(packet.payload), NameSource::kTls, pair);
    if (packet.payload.size() < packet.payload_length) settle(pair);
    if (pair.search == Search::kSettled) return;
  }
  PieceBuffer& pieces = open_hello(position).pieces;
  pieces.put(offset, packet.payload);
  take(read_tls_hello(pieces.front()), NameSource::kTls, pair);
}

// --- QUIC --------------------------------------------------------------------

void NameFinder::look_into_datagram(const Packet& packet, Direction direction,
                                    std::uint32_t position) {
  PairName& pair = pairs_[position];
  if (pair.knows_client && direction != pair.client) return;
  if (const auto server = read_google_hello(packet.payload)) {
    note(*server, NameSource::kGoogleQuic, pair);
    if (!server->empty()) settle(pair);
    return;
  }
  if (!read_quic_initial(packet.payload, packet.payload_length)) return;
  OpenHello& hello = open_hello(position);
  if (!opener_.add(packet.payload, packet.payload_length, hello.seed,
                   hello.pieces)) {
    if (!hello.seed) close_hello(pair);
    return;
  }
  pair.knows_client = true;
  pair.client = direction;
  take(read_handshake_hello(hello.pieces.front()), NameSource::kQuic, pair);
}

// --- what was found ----------------------------------------------------------

void NameFinder::take(const TlsHello& hello, NameSource source,
                      PairName& pair) {
  note(hello.server_name, source, pair);
  if (hello.alpn_size > 0) pair.alpn = names_.put(hello.alpn());
  if (hello.state != TlsHello::State::kNeedsMore ||
      hello.missing > PieceBuffer::kMax) {
    settle(pair);
  }
}

void NameFinder::note(const HostName& server, NameSource source,
                      PairName& pair) {
  if (server.empty()) return;
  pair.server = names_.put(server.text());
  pair.source = source;
}

NameFinder::OpenHello& NameFinder::open_hello(std::uint32_t position) {
  if (pairs_[position].hello == kNowhere) {
    if (hellos_.size() >= kMaxHellos) {
      settle(pairs_[hellos_[by_age_.oldest()].pair]);
    }
    const std::uint32_t place = hellos_.take();
    hellos_[place].pair = position;
    by_age_.add(place);
    pairs_[position].hello = place;
  }
  return hellos_[pairs_[position].hello];
}

void NameFinder::settle(PairName& pair) {
  close_hello(pair);
  pair.search = Search::kSettled;
}

void NameFinder::close_hello(PairName& pair) {
  if (pair.hello == kNowhere) return;
  hellos_[pair.hello].pieces = PieceBuffer();
  by_age_.remove(pair.hello);
  hellos_.give_back(pair.hello);
  pair.hello = kNowhere;
}

}  // namespace flowtell
