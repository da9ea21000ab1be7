// SPDX-License-Identifier: Apache-2.0
//
// Groups packets into bursts and flows.
//
// Time is packet time. A device's burst ends when a packet of any device shows
// that more than the burst gap has passed since the device's last packet, or
// more than the burst limit since the burst's first. Its flows then go to the
// sink, in the order of their first packets, and are freed. Bursts are
// therefore delivered in the order in which they ended.
//
// Memory is bounded. When `max_flows` are open, or hold 16 times as many
// packets, one burst is ended early: that of the device that holds most, as far
// as is known, if it holds at least a thousandth of the total; otherwise that
// of the device idle longest. A flood from few devices thus evicts its own
// bursts, one from many evicts the oldest, and other active devices are not
// affected. No packet is lost: the burst is split in two and counted. Twice
// `max_flows` pairs (pair_table.h) are stored; beyond that the pair idle
// longest is evicted, and its device's burst, if still open, is ended in the
// same way.
//
// One thread at a time. Cost: O(1) per packet, with two hash look-ups for the
// first packet of a pair and one for each other.
//
// A device may have several addresses (device_addresses.h); a burst is that of
// all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash_index.h"
#include "decode/owner_table.h"
#include "flow/device_addresses.h"
#include "flow/flow.h"
#include "flow/flow_ends.h"
#include "flow/flow_options.h"
#include "flow/host_names.h"
#include "flow/name_finder.h"
#include "flow/packet_log.h"
#include "flow/pair_table.h"

namespace flowtell {

class FlowTable {
 public:
  // The sink must outlive the table, and so must `owners`, which numbered those
  // of the packets; without it no flow has an owner.
  FlowTable(FlowOptions options, FlowSink& sink,
            const OwnerTable* owners = nullptr);
  FlowTable(const FlowTable&) = delete;
  FlowTable& operator=(const FlowTable&) = delete;

  // Returns the slot of the packet's flow (Flow::slot).
  // REQUIRES: packet.time never decreases (see monotonic_times.h).
  std::uint32_t add(const Packet& packet);
  // The same for a shard: the device is that of the reader, which also finds
  // the names of devices.
  void add(const Packet& packet, const DeviceFinder::Found& found) {
    add(packet, &found.device, found.station);
  }
  // Learns the name that a device gave itself by DHCP at `now`. REQUIRES: as
  // for a packet of that time.
  void learn(const DhcpName& name, Timestamp now) {
    end_before(now);
    host_names_.learn(name);
  }

  // Ends the bursts whose gap is exceeded at `now`. REQUIRES: no packet of an
  // earlier time follows.
  void advance(Timestamp now) { end_before(now); }

  // The time after which the first open burst ends, unless its device sends
  // another packet, or a flow is over early; nullopt if no burst is open.
  std::optional<Timestamp> next_end() const;

  // Ends every open burst.
  void finish();

  std::size_t open_flows() const { return flows_.size(); }
  // The maximum that were open at a time.
  std::size_t peak_open_flows() const { return peak_open_flows_; }
  // Bytes held for flows, their packets, pairs and devices; never shrinks.
  std::size_t memory() const;
  // Flows delivered whose bursts have ended.
  std::uint64_t flows() const { return delivered_flows_; }
  // Bursts ended early by the memory bound.
  std::uint64_t bursts_ended_early() const { return bursts_ended_early_; }

  // Of the flows delivered whose bursts have ended.
  struct OwnerCounts {
    std::uint64_t flows = 0;  // with an owner
    std::uint64_t disputed_flows = 0;
    std::uint64_t disputed_packets = 0;
  };
  const OwnerCounts& owners() const { return owner_counts_; }

  // Of the TCP flows delivered with at least kTellingPackets.
  static constexpr std::uint64_t kTellingPackets = 4;
  struct DirectionCounts {
    std::uint64_t tcp_flows = 0;
    std::uint64_t one_way_flows = 0;
  };
  const DirectionCounts& directions() const { return direction_counts_; }

 private:
  // Times and counts are computed from the packets.
  struct OpenFlow {
    PacketLog::Chain packets;
    std::uint32_t pair = kNoPosition;  // of the flow's first packet
    std::uint32_t next_in_burst = kNoPosition;
  };
  // Bytes for a flow of up to four packets, with its pair and its slot in an
  // index at worst 3/8 full; each further packet costs 18 bytes.
  static_assert(sizeof(OpenFlow) == 20);
  static_assert(sizeof(OpenFlow) + PacketLog::kChunkMemory + sizeof(Pair) +
                    HashIndex::kSlotMemory * 8 / 3 <=
                194);

  // Kept while it has a pair, and longer while there are few devices.
  struct Device {
    Address address;
    Station station = 0;      // its MAC, by its last packet; 0 if not known
    RecencyLinks recency;     // among devices with an open burst
    RecencyLinks opened;      // the same, by the bursts' first packets
    Timestamp first{};        // of the open burst
    Timestamp last{};         // its last packet
    std::uint64_t burst = 0;  // 0: none open; else unique
    std::uint32_t burst_number = 0;  // of the open or next burst
    std::uint32_t pairs = 0;
    std::uint32_t flows = 0;  // of the open burst
    std::uint64_t packets = 0;
    std::uint32_t first_flow = kNoPosition;
    std::uint32_t last_flow = kNoPosition;
  };

  // Ends bursts and delivers flows that are over, in the order of their ends.
  void end_before(Timestamp now);
  struct NextBurst {
    std::uint32_t device = kNoPosition;
    Timestamp end = kLatestTime;
  };
  NextBurst next_burst() const;
  void deliver_early();
  void forget_silent_pairs(Timestamp now);
  void make_room(std::uint32_t pair);
  std::uint32_t device_to_end(bool for_flows) const;
  void end_burst(std::uint32_t device);
  // The current state of a flow, for the sink. Valid until the next call.
  Flow gather(std::uint32_t slot);
  FlowOwner owner_of(std::span<const PacketRecord> packets);

  // Without a device, it is found. `station`: of the packet's source.
  std::uint32_t add(const Packet& packet, const Address* device,
                    Station station);
  void set_device(std::uint32_t pair, const Address& device);
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
  DeviceAddresses addresses_;
  Pool<Device> devices_;
  HashIndex device_index_;
  RecencyList<Device> open_bursts_;
  RecencyList<Device, &Device::opened> bursts_by_age_;
  // The device that holds most flows, or packets, among those that added some
  // since the last such device's burst ended.
  std::uint32_t top_by_flows_ = kNoPosition;
  std::uint32_t top_by_packets_ = kNoPosition;
  Pool<OpenFlow> flows_;
  HashIndex coarse_index_;  // by coarse_key; unused for five-tuples
  PacketLog packets_;
  std::optional<NameFinder> names_;  // if options_.names
  HostNames host_names_;
  std::optional<FlowEnds> ends_;  // if options_.early_silence
  std::uint64_t bursts_ = 0;
  std::uint64_t bursts_ended_early_ = 0;
  std::uint64_t delivered_flows_ = 0;
  std::size_t peak_open_flows_ = 0;
  std::vector<PacketRecord> gathered_;
  const OwnerTable* owners_;
  OwnerCounts owner_counts_;
  DirectionCounts direction_counts_;
  std::vector<std::uint64_t> votes_;  // by owner; all 0 between calls
};

}  // namespace flowtell
