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

bool is_dns_stream(const Packet& packet) {
  return packet.protocol == Protocol::kTcp &&
         (packet.source_port == kDns || packet.destination_port == kDns);
}

bool opens_connection(const Packet& packet) {
  return (packet.tcp_flags & (kTcpSyn | kTcpAck)) == kTcpSyn;
}

// Of the payload's first byte; a SYN occupies one number (RFC 9293, 3.4).
std::uint32_t sequence_of_payload(const Packet& packet) {
  return packet.tcp_sequence + ((packet.tcp_flags & kTcpSyn) != 0 ? 1 : 0);
}

}  // namespace

void NameFinder::add(const Packet& packet, const PairTable::Found& found,
                     const Pair& pair, const Address& device) {
  const Arrival arrival{packet, found, pair, device};
  if (found.is_new) {
    start(arrival);
  } else if (opens_connection(packet)) {
    reopen(arrival);
  }
  PairName& name = pairs_[found.position];
  if (name.search == Search::kDone || packet.payload_length == 0) return;
  if (name.search == Search::kDns) return read_dns(packet.payload, arrival);
  if (name.search == Search::kDnsStream) return read_dns_segment(arrival);
  if (packet.protocol == Protocol::kTcp) {
    read_segment(arrival);
  } else {
    read_datagram(arrival);
  }
  if (++name.packets == kMaxPackets) end_search(name);
}

FlowName NameFinder::of(std::uint32_t position) {
  const PairName& pair = pairs_[position];
  const std::string_view server = names_.find(pair.server);
  return {server, server.empty() ? NameSource::kNone : pair.source,
          HelloFacts(facts_.find(pair.facts))};
}

void NameFinder::start(const Arrival& arrival) {
  const auto& [packet, found, pair, device] = arrival;
  if (found.position >= pairs_.size()) pairs_.resize(found.position + 1);
  PairName& name = pairs_[found.position];
  close_hello(name);
  name = {};
  if (is_dns(packet)) {
    name.search = Search::kDns;
    return;
  }
  if (is_dns_stream(packet)) {
    name.search = Search::kDnsStream;
  } else {
    name.server = dns_.find(device, pair.remote_address(), packet.time);
    if (!name.server.is_none()) name.source = NameSource::kDns;
  }
  if (opens_connection(packet)) {
    name.client_known = true;
    name.client = found.direction;
    name.first_sequence = packet.tcp_sequence + 1;
  }
}

// A SYN on a pair that is known. A late copy of the connection's own has its
// sequence number; a new connection almost surely has another (RFC 6528). In
// case it has the same, its hello is searched for and replaces the name.
void NameFinder::reopen(const Arrival& arrival) {
  PairName& name = pairs_[arrival.found.position];
  if (!name.client_known || name.client != arrival.found.direction ||
      name.first_sequence != arrival.packet.tcp_sequence + 1) {
    return start(arrival);
  }
  if (name.search != Search::kDone) return;
  name.search = Search::kActive;
  name.packets = 0;
}

// --- DNS ---------------------------------------------------------------------

void NameFinder::read_dns(Bytes message, const Arrival& arrival) {
  const Packet& packet = arrival.packet;
  PairName& pair = pairs_[arrival.found.position];
  const bool is_multicast = packet.source_port == kMulticastDns;
  DnsReader reader(message,
                   is_multicast ? DnsKind::kMulticast : DnsKind::kUnicast);
  // The first question names the flow.
  const bool is_question =
      packet.source_port == kDns || packet.destination_port == kDns;
  if (is_question && pair.server.is_none()) {
    set_name(reader.asked(), NameSource::kQuestion, pair);
  }
  if (!is_dns(packet.source_port)) return;
  const Address& asker = packet.destination == arrival.pair.device_address()
                             ? arrival.device
                             : packet.destination;
  NameId name;
  for (DnsAnswer answer; reader.next(answer);) {
    // Any host in the LAN can send multicast answers, so only .local names are
    // trusted (RFC 6762, section 3).
    if (is_multicast && !answer.name.ends_with(".local")) continue;
    // All addresses of a unicast answer share one name.
    if (is_multicast || name.is_none()) name = names_.put(answer.name);
    dns_.remember({.device = is_multicast ? DnsMemory::all_devices() : asker,
                   .remote = answer.address,
                   .name = name,
                   .ttl = std::chrono::seconds(answer.seconds)},
                  packet.time);
  }
}

void NameFinder::read_dns_segment(const Arrival& arrival) {
  const Packet& packet = arrival.packet;
  const auto [position, is_new, direction] = arrival.found;
  PairName& pair = pairs_[position];
  if (pair.hello == kNoPosition &&
      read_tls_hello(packet.payload).state != TlsHello::State::kNone) {
    pair.search = Search::kActive;  // TLS on the port of DNS
    return read_segment(arrival);
  }
  OpenHello& open = open_hello(position);
  by_age_.touch(pair.hello);
  DnsStream& stream = open.dns[static_cast<std::size_t>(direction)];
  stream.put(sequence_of_payload(packet), packet.payload,
             packet.payload_length);
  for (Bytes message; stream.next(message);) read_dns(message, arrival);
}

// --- what clients send over TCP ----------------------------------------------

void NameFinder::read_segment(const Arrival& arrival) {
  const auto& [packet, found, of_pair, device] = arrival;
  const auto [position, is_new, direction] = found;
  PairName& pair = pairs_[position];
  const std::uint32_t sequence = sequence_of_payload(packet);
  if (!pair.client_known) {
    // The SYN was not captured: the sender of the hello is the client.
    if (!is_client_opening(packet.payload)) return;
    pair.client_known = true;
    pair.client = direction;
    pair.first_sequence = sequence;
  }
  if (direction != pair.client) return;
  const std::uint32_t offset = sequence - pair.first_sequence;
  if (offset >= PieceBuffer::kMax) return;
  if (offset == 0 && packet.payload.empty()) {
    // Recordings keep hellos alone, perhaps one behind this.
    pair.client_known = false;
    return;
  }
  if (offset == 0 && pair.hello == kNoPosition) {
    // Usually the first segment holds the whole hello, or all that was captured
    // of it: the cut part is not sent again.
    read_stream(packet.payload, arrival);
    if (packet.payload.size() < packet.payload_length) end_search(pair);
    if (pair.search == Search::kDone) return;
  }
  PieceBuffer& pieces = open_hello(position).pieces;
  pieces.put(offset, packet.payload);
  read_stream(pieces.front(), arrival);
}

void NameFinder::read_stream(Bytes stream, const Arrival& arrival) {
  PairName& pair = pairs_[arrival.found.position];
  const ClientOpening opening = read_client_opening(stream);
  const TlsHello& hello = opening.hello;
  if (use_ == HelloUse::kNameAndFacts && !opening.hello_bytes.empty()) {
    const bool is_whole = hello.state == TlsHello::State::kDone;
    keep_facts(is_whole ? tls_ja4(opening.hello_bytes) : "", "", hello.alpns(),
               pair);
  }
  set_name(opening.server,
           opening.source == ClientOpening::Source::kHttp ? NameSource::kHttp
                                                          : NameSource::kSocks,
           pair);
  apply(hello, NameSource::kTls, arrival);
}

// --- QUIC --------------------------------------------------------------------

void NameFinder::read_datagram(const Arrival& arrival) {
  const auto& [packet, found, of_pair, device] = arrival;
  const auto [position, is_new, direction] = found;
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
  apply(tls, NameSource::kQuic, arrival);
}

// --- results -----------------------------------------------------------------

void NameFinder::apply(const TlsHello& hello, NameSource source,
                       const Arrival& arrival) {
  PairName& pair = pairs_[arrival.found.position];
  set_hello_name(hello, source, arrival);
  if (hello.state != TlsHello::State::kNeedsMore ||
      hello.missing > PieceBuffer::kMax) {
    end_search(pair);
  }
}

void NameFinder::set_hello_name(const TlsHello& hello, NameSource source,
                                const Arrival& arrival) {
  const auto& [packet, found, of_pair, device] = arrival;
  PairName& pair = pairs_[found.position];
  set_name(hello.server_name, source, pair);
  if (!hello.has_ech || hello.server_name.empty()) return;
  if (dns_.has_looked_up(device, pair.server, packet.time)) return;
  const Address& remote =
      found.direction == Direction::kSent ? packet.destination : packet.source;
  const NameId name = dns_.find(device, remote, packet.time);
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
