// SPDX-License-Identifier: Apache-2.0
//
// The pairs seen recently, each with its device. A pair is two endpoints (an
// address and a port each) and a protocol. Its first packet decides which end
// is the device, and that holds across bursts for as long as the pair is
// stored.
//
// A pair idle for an hour is removed unless a burst of its device is open.
// FlowTable removes the pair idle longest earlier if there are too many. Cost:
// O(1) per call.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "base/hash_index.h"
#include "base/pool.h"
#include "base/recency_list.h"
#include "decode/packet.h"
#include "flow/device_addresses.h"
#include "flow/device_evidence.h"
#include "flow/flow.h"
#include "flow/lan.h"

namespace flowtell {

// Both endpoints and the protocol, the same for either direction.
struct PairKey {
  Address low;
  Address high;
  Port low_port;
  Port high_port;
  std::uint32_t protocol;

  // Compares words, without a call.
  bool operator==(const PairKey& other) const {
    using Words = std::array<std::uint64_t, 5>;
    const auto words = std::bit_cast<Words>(*this);
    const auto other_words = std::bit_cast<Words>(other);
    std::uint64_t differing = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      differing |= words[i] ^ other_words[i];
    }
    return differing == 0;
  }
};
static_assert(std::has_unique_object_representations_v<PairKey>);
static_assert(sizeof(PairKey) == 40);

struct Pair {
  PairKey key{};
  Timestamp last{};
  RecencyLinks recency;
  std::uint64_t burst = 0;             // the burst that `flow` belongs to
  std::uint32_t flow = kNoPosition;    // in FlowTable, while that burst is open
  std::uint32_t device = kNoPosition;  // in FlowTable
  bool device_is_low = false;
  DeviceRule device_rule = DeviceRule::kFirstSource;

  const Address& device_address() const {
    return device_is_low ? key.low : key.high;
  }
  const Address& remote_address() const {
    return device_is_low ? key.high : key.low;
  }
  Port device_port() const {
    return device_is_low ? key.low_port : key.high_port;
  }
  Port remote_port() const {
    return device_is_low ? key.high_port : key.low_port;
  }
};

class PairTable {
 public:
  // How long an idle pair is kept, and how many pairs are kept per flow that
  // may be open.
  static constexpr Duration kIdleTimeout = std::chrono::hours(1);
  static constexpr std::size_t kPairsPerFlow = 2;

  explicit PairTable(Lan lan) : lan_(std::move(lan)), by_recency_(pairs_) {}
  PairTable(const PairTable&) = delete;
  PairTable& operator=(const PairTable&) = delete;

  // Learns from the packet. Called for every packet, before `find_or_add`.
  void note(const Packet& packet) { evidence_.note_offer(packet); }

  struct Found {
    std::uint32_t position;
    bool is_new;  // the caller must set its `device`
    Direction direction;
  };
  // The packet's pair, made the newest, and the packet's direction in it.
  Found find_or_add(const Packet& packet);

  // What earlier frames showed of the packet found last, if it began a pair
  // without an end in the LAN.
  DeviceEnd shown_end() const { return shown_end_; }

  // The pair idle longest; kNoPosition if there is none.
  std::uint32_t oldest() const { return by_recency_.oldest(); }
  void forget(std::uint32_t position);
  // Makes the pair the newest.
  void keep(std::uint32_t position) { by_recency_.touch(position); }

  Pair& operator[](std::uint32_t position) { return pairs_[position]; }
  std::size_t size() const { return pairs_.size(); }
  std::size_t memory() const { return pairs_.memory() + index_.memory(); }

 private:
  std::uint32_t find(const PairKey& key) const;

  Lan lan_;
  Pool<Pair> pairs_;
  HashIndex index_;
  RecencyList<Pair> by_recency_;
  DeviceEvidence evidence_;
  DeviceEnd shown_end_ = DeviceEnd::kNotAsked;
  std::uint32_t newest_ = kNoPosition;  // of the last packet, if stored
};

// Finds the device that a packet belongs to without storing flows. Used to
// distribute a link's packets to shards by device. A device is named after its
// first address (device_addresses.h).
//
// Gives the same result as FlowTable, by the rule in PairTable. If exactly one
// end is in the LAN, it is the device, and nothing is stored. Other pairs (such
// as a phone and the gateway's DNS server, both inside) are stored from their
// first packet until an hour idle; beyond `max_pairs` the one idle longest is
// evicted. Only here can results differ: FlowTable keeps a pair longer while a
// burst of its device is open. One thread at a time. Cost: O(1).
class DeviceFinder {
 public:
  DeviceFinder(const Lan& lan, std::size_t max_pairs)
      : lan_(lan), addresses_(lan), pairs_(lan), max_pairs_(max_pairs) {}

  // REQUIRES: packet.time never decreases.
  struct Found {
    Address device;
    Station station = 0;  // of the packet's source (DeviceAddresses::note)
  };
  // Also sets the packet's device_end, for the shard's table.
  Found find(Packet& packet);
  Address device_of(Packet packet) { return find(packet).device; }

  // Pairs stored.
  std::size_t pairs() const { return pairs_.size(); }

 private:
  Lan lan_;
  DeviceAddresses addresses_;
  PairTable pairs_;
  std::vector<Address> devices_;  // of the pair at the same position
  std::size_t max_pairs_;
};

}  // namespace flowtell
