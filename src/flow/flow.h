// SPDX-License-Identifier: Apache-2.0
//
// A flow: within one burst of a device, the packets of one protocol between two
// endpoints (an address and a port each), in both directions. (A burst is the
// TCP and UDP packets of one device up to a silence of more than a second.)
//
// Directions are seen from the device: it sent the sent packets.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/time.h"
#include "decode/packet.h"
#include "flow/hello_facts.h"

namespace flowtell {

class Anonymiser;

enum class Direction : std::uint8_t { kReceived, kSent };

// The rule that decided which end of a flow is the device.
enum class DeviceRule : std::uint8_t {
  kLan,       // it is the only end in the LAN
  kTcpFlags,  // it sent the SYN, or received the SYN+ACK
  // None is in the LAN; earlier frames tell them apart (device_evidence.h).
  kEarlierFrames,
  kServicePort,  // only the other end has a port below 1024
  kFirstSource,  // it sent the first packet seen
};

constexpr std::string_view device_rule_name(DeviceRule rule) {
  constexpr std::string_view kNames[] = {"lan", "tcp-flags", "earlier-frames",
                                         "service-port", "first-source"};
  return kNames[static_cast<std::size_t>(rule)];
}

// The data stored per packet until its flow ends. Lengths are in bytes; 20 bits
// suffice for the payload, as no frame is longer (kMaxFrameSize).
struct PacketRecord {
  PacketRecord() = default;
  PacketRecord(const Packet& packet, Direction direction)
      : time(packet.time),
        sent(direction == Direction::kSent ? 1 : 0),
        syn((packet.tcp_flags & kTcpSyn) != 0 ? 1 : 0),
        fin((packet.tcp_flags & kTcpFin) != 0 ? 1 : 0),
        rst((packet.tcp_flags & kTcpRst) != 0 ? 1 : 0),
        length(packet.length & 0x0fffffff),
        payload_length(packet.payload_length & 0xfffff),
        owner(packet.owner & 0xfffU) {}

  Direction direction() const {
    return sent != 0 ? Direction::kSent : Direction::kReceived;
  }

  Timestamp time;
  std::uint32_t sent : 1;
  std::uint32_t syn : 1;  // TCP's flags; 0 for UDP
  std::uint32_t fin : 1;
  std::uint32_t rst : 1;
  std::uint32_t length : 28;
  std::uint32_t payload_length : 20;
  std::uint32_t owner : 12;  // kNoOwner if the capture does not say
};
static_assert(sizeof(PacketRecord) == 16);

struct Tally {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // of IP datagrams
};

// The source of a flow's server name. A name in the connection itself takes
// precedence over earlier DNS answers. A flow to a DNS server has the name of
// its question.
enum class NameSource : std::uint8_t {
  kNone,
  kDns,         // a DNS answer to the device for the remote's address
  kQuestion,    // the question, in a flow to a DNS server
  kTls,         // server name of a TLS ClientHello
  kQuic,        // the same, in QUIC's Initial packets
  kGoogleQuic,  // the same, in Google's QUIC before the standard
  kHttp,        // host of an HTTP/1 request, or the target of CONNECT
  kSocks,       // target of a SOCKS request
  kEch,         // outer name of an encrypted hello, the provider's
};
inline constexpr std::size_t kNameSources = 9;

constexpr std::string_view name_source_name(NameSource source) {
  constexpr std::string_view kNames[kNameSources] = {
      "none",        "dns",  "question", "tls", "quic",
      "google-quic", "http", "socks",    "ech"};
  return kNames[static_cast<std::size_t>(source)];
}

// The server at the remote end of a flow. Empty if the search for names is off,
// or found none. Valid only during the call that delivers the flow.
struct FlowName {
  std::string_view server;
  NameSource source = NameSource::kNone;
  HelloFacts hello;  // if FlowOptions::hello

  // The name if it is evidence of the app; the outer name of an encrypted hello
  // is none.
  std::string_view evidence() const {
    return source == NameSource::kEch ? std::string_view() : server;
  }
};

// The app that the capture names for most of the flow's packets that have one;
// of equals, the app named first. Valid only during the call that delivers the
// flow.
struct FlowOwner {
  std::string_view app;                // empty if the capture names none
  std::int32_t uid = -1;               // Android's app ID; -1: not known
  bool is_cut = false;                 // the end of the name may be missing
  std::uint64_t disputed_packets = 0;  // of another app
};

struct Flow {
  std::uint32_t burst;  // counts the device's bursts from 0
  Timestamp first;
  Timestamp last;
  Address device;  // its first address (device_addresses.h)
  Address remote;
  Address device_address;      // of this flow, in its first packet
  Station device_station = 0;  // its MAC; 0 if not known
  // By DHCP; empty if not known. Valid only during the call that delivers the
  // flow.
  std::string_view device_name = {};
  Port device_port;
  Port remote_port;
  Protocol protocol;
  DeviceRule device_rule;
  Tally sent;
  Tally received;
  FlowName name;  // of the pair (pair_table.h) of the flow's first packet
  FlowOwner owner;
  bool is_cut =
      false;  // more packets are expected (FlowOptions::early_packets)
  // What FlowTable::add returned for each of its packets. After its burst, it
  // is another flow's.
  std::uint32_t slot = 0;
  // In capture order, with times that never decrease. Valid only during the
  // call that delivers the flow.
  std::span<const PacketRecord> packets;
};

// The flow with pseudonyms in place of addresses and names
// (decode/anonymiser.h). A flow is anonymised only after it is metered and
// classified by its real values, and before anything of it is written. The
// returned server name is valid until the next call to `anonymiser`.
Flow anonymised(const Flow& flow, Anonymiser& anonymiser);

// Receives flows as their bursts end.
class FlowSink {
 public:
  virtual ~FlowSink() = default;
  // Called for each flow of a burst, in the order of their first packets.
  virtual void take(const Flow& flow) = 0;
  virtual void end_burst() {}
  // Called for an open flow when it reaches FlowOptions::early_packets, and
  // when it is over before its burst (FlowOptions::early_silence). `take`
  // follows.
  virtual void take_early(const Flow&) {}
};

}  // namespace flowtell
