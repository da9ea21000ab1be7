// SPDX-License-Identifier: Apache-2.0
//
// Packets of a few hosts and ports at irregular times, in a small table. Four
// bytes are the options, then eight bytes per packet. Every packet is in
// exactly one flow, the right one, and memory stays within its bound.
#include "flow/flow_table.h"

#include <vector>

#include "support/hello_bytes.h"
#include "target.h"

namespace {

using namespace flowtell;

// Identifies each packet by its length, which is unique.
class Checker : public FlowSink {
 public:
  void note(const Packet& packet) { packets_.push_back(packet); }

  void take(const Flow& flow) override {
    Tally sent;
    Tally received;
    Timestamp last = flow.first;
    for (const PacketRecord& record : flow.packets) {
      const bool is_sent = record.direction() == Direction::kSent;
      Tally& tally = is_sent ? sent : received;
      ++tally.packets;
      tally.bytes += record.length;
      require(record.time >= last, "times of a flow never decrease");
      last = record.time;
      check_pair(flow, record, is_sent);
    }
    require(last == flow.last && !flow.packets.empty(), "a flow has its times");
    require(sent.packets == flow.sent.packets &&
                sent.bytes == flow.sent.bytes &&
                received.packets == flow.received.packets &&
                received.bytes == flow.received.bytes,
            "a flow's tallies are those of its packets");
  }

  std::size_t count() const { return packets_.size(); }
  std::size_t waiting() const { return packets_.size() - taken_; }

 private:
  void check_pair(const Flow& flow, const PacketRecord& record, bool is_sent) {
    require(record.length < packets_.size(), "a flow's packets were added");
    Packet& packet = packets_[record.length];
    require(packet.length == record.length, "a packet is in one flow only");
    require(packet.time == record.time, "a packet keeps its time");
    require(flow.device == (is_sent ? packet.source : packet.destination) &&
                flow.remote == (is_sent ? packet.destination : packet.source) &&
                flow.protocol == packet.protocol,
            "a packet has its flow's endpoints");
    packet.length = UINT32_MAX;  // taken
    ++taken_;
  }

  std::vector<Packet> packets_;
  std::size_t taken_ = 0;
};

Address host(unsigned number) {
  // Two devices, a router and a server; some of them are in the LAN.
  constexpr std::uint8_t kNetworks[] = {192, 10, 203, 8};
  const std::uint8_t bytes[] = {kNetworks[number & 3], 168, 12, 7};
  return Address::v4(bytes);
}

Packet read_packet(ByteReader& in) {
  static const std::string kHello = tls_records(client_hello());
  constexpr Port kPorts[] = {40000, 443, 53, 5353};
  Packet packet{};
  const unsigned ends = in.u8();
  packet.source = host(ends);
  packet.destination = host(ends >> 2);
  packet.source_port = kPorts[(ends >> 4) & 3];
  packet.destination_port = kPorts[ends >> 6];
  const unsigned kind = in.u8();
  packet.protocol = (kind & 1) != 0 ? Protocol::kUdp : Protocol::kTcp;
  if (packet.protocol == Protocol::kTcp) {
    packet.tcp_flags = static_cast<std::uint8_t>(kind >> 2);
  }
  packet.tcp_sequence = in.u8();
  packet.payload_length = in.u8();
  // A part of a ClientHello, or the bytes of the input.
  const std::size_t from = packet.tcp_sequence % kHello.size();
  packet.payload = (kind & 2) != 0
                       ? as_bytes(kHello).subspan(from)
                       : in.rest().first(std::min<std::size_t>(in.left(), 64));
  return packet;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in({data, size});
  FlowOptions options;
  options.key = static_cast<FlowKey>(in.u8() % kFlowKeyNames.size());
  options.max_flows = in.u8() % 16;
  options.names = in.u8() % 2 != 0;
  options.hello = options.names;
  options.early_packets = in.u8() % 4;
  const std::size_t most = std::max<std::size_t>(options.max_flows, 1);
  Checker checker;
  FlowTable table(options, checker);
  Timestamp now = kEarliestTime;
  while (in.left() >= 8) {
    Packet packet = read_packet(in);
    const std::uint32_t step = in.u32();
    // From nanoseconds to half an hour, or hundreds of years.
    now = std::min(now + Duration{std::int64_t{step >> 8} << (step & 31)},
                   kLatestTime);
    packet.time = now;
    packet.length = static_cast<std::uint32_t>(checker.count());
    checker.note(packet);
    table.add(packet);
    require(table.open_flows() <= most, "so many flows are open at most");
    require(checker.waiting() <= most * 16, "so many packets wait at most");
  }
  table.finish();
  require(checker.waiting() == 0, "every packet lands in a flow");
  require(table.open_flows() == 0, "when all is over no flow is open");
  return 0;
}
