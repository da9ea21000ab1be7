// SPDX-License-Identifier: Apache-2.0
//
// Packets become bursts and flows.
//
// Time is the packets' own. A device's burst ends when a packet of any device
// shows that more than the burst gap has passed since the device's last; its
// flows then go to the sink, in the order of their first packets, and are gone.
// Bursts therefore come in the order in which they ended.
//
// Memory is bounded. When `max_flows` are open, or 16 times as many packets
// wait in them, one burst is ended before its silence came: that of the device
// that has most, as far as is known, if that is a thousandth of all there is;
// else that of the one silent longest. So a flood from few devices makes room
// among itself, one from many loses its oldest, and who goes on talking beside
// them is left alone. Nothing is lost by it but that the burst is cut in two;
// it is counted. Of address-port pairs, twice `max_flows` are
// remembered; the one silent longest makes way, in the same manner if its
// device's burst still goes on.
//
// Cost: O(1) a packet; two hash look-ups for a pair's first, one for each
// other. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash_index.h"
#include "flow/flow.h"
#include "flow/flow_options.h"
#include "flow/name_finder.h"
#include "flow/packet_log.h"
#include "flow/pair_table.h"

namespace flowtell {

class FlowTable {
 public:
  // The sink must outlive the table.
  FlowTable(FlowOptions options, FlowSink& sink);
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;

  // REQUIRES: packet.time has never fallen (see steady_clock.h).
  void add(const Packet& packet);

  // Ends the bursts whose silence has lasted by `now`, though no packet shows
  // it. REQUIRES: no packet of an earlier time will come.
  void advance(Timestamp now) { end_silent_bursts(now); }

  // After which time the first of the open bursts has ended, if no packet of
  // its device comes. Nothing while none is open.
  std::optional<Timestamp> next_end() const;

  // Ends every open burst.
  void finish();

  std::size_t open_flows() const { return flows_.size(); }
  // The most that were open at a time.
  std::size_t most_open_flows() const { return most_open_flows_; }
  // Bytes held for flows, their packets, pairs and devices; what was needed
  // once is kept.
  std::size_t memory() const;
  // How many bursts were ended for want of room.
  std::uint64_t bursts_ended_early() const { return bursts_ended_early_; }

 private:
  // When it was and how much is in its packets, and is told from them.
  struct OpenFlow {
    PacketLog::Chain packets;
    std::uint32_t pair = kNowhere;  // of the flow's first packet
    std::uint32_t next_in_burst = kNowhere;
  };
  // What a flow of up to four packets costs, with its pair and a place in the
  // index that is at worst 3/8 full; what is more is 18 bytes a packet.
  static_assert(sizeof(OpenFlow) == 20);
  static_assert(sizeof(OpenFlow) + PacketLog::kChunkMemory + sizeof(Pair) +
                    HashIndex::kSlotMemory * 8 / 3 <=
                194);

  // Lives as long as a pair of its does, and on while there are few.
  struct Device {
    Address address;
    RecencyLinks recency;     // among devices with an open burst
    Timestamp last{};         // its last packet
    std::uint64_t burst = 0;  // 0: none open; else unlike any other burst's
    std::uint32_t burst_number = 0;  // of the open or the next one
    std::uint32_t pairs = 0;
    std::uint32_t flows = 0;  // of the open burst, and their packets
    std::uint64_t packets = 0;
    std::uint32_t first_flow = kNowhere;
    std::uint32_t last_flow = kNowhere;
  };

  void end_silent_bursts(Timestamp now);
  void forget_silent_pairs(Timestamp now);
  void make_room(std::uint32_t pair);
  std::uint32_t who_makes_room(bool of_flows) const;
  void end_burst(std::uint32_t device);
  // The flow as it stands, for the sink. Valid until the next is gathered.
  Flow gather(const OpenFlow& flow);

  PairTable::Found remember_pair(const Packet& packet);
  bool is_in_open_burst(const Pair& pair) const;
  void forget_pair(std::uint32_t pair);
  std::uint32_t find_or_add_device(const Address& address);
  void join_burst(std::uint32_t device, Timestamp now);
  std::uint32_t find_or_add_flow(std::uint32_t pair);
  std::uint32_t add_flow(std::uint32_t pair);
  PairKey coarse_key(const Pair& pair) const;
  std::uint32_t find_coarse(const PairKey& key);

  FlowOptions options_;
  FlowSink& sink_;
  PairTable pairs_;
  Pool<Device> devices_;
  HashIndex device_index_;
  RecencyList<Device> open_bursts_;
  // Of the devices that were given flows, or packets, since such a one's burst
  // ended: the one that has most.
  std::uint32_t most_flows_ = kNowhere;
  std::uint32_t most_packets_ = kNowhere;
  Pool<OpenFlow> flows_;
  HashIndex coarse_index_;  // flows by coarse_key, for keys but the five-tuple
  PacketLog packets_;
  std::optional<NameFinder> names_;  // where they are looked for
  std::uint64_t bursts_ = 0;
  std::uint64_t bursts_ended_early_ = 0;
  std::size_t most_open_flows_ = 0;
  std::vector<PacketRecord> gathered_;
};

}  // namespace flowtell
