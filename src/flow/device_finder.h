// SPDX-License-Identifier: Apache-2.0
//
// Finds the device that a packet belongs to without storing flows. Used to
// distribute a link's packets to shards by device.
//
// Gives the same result as FlowTable, by the rule in PairTable. If exactly one
// end is in the LAN, it is the device, and nothing is stored. Other pairs (such
// as a phone and the gateway's DNS server, both inside) are stored from their
// first packet until an hour idle; beyond `max_pairs` the one idle longest is
// evicted. Only here can results differ: FlowTable keeps a pair longer while a
// burst of its device is open. One thread at a time. Cost: O(1).
#pragma once

#include <cstddef>

#include "decode/packet.h"
#include "flow/pair_table.h"

namespace flowtell {

class DeviceFinder {
 public:
  DeviceFinder(const Lan& lan, std::size_t max_pairs)
      : lan_(lan), pairs_(lan), max_pairs_(max_pairs) {}

  // REQUIRES: packet.time never decreases.
  Address device_of(const Packet& packet);

  // Pairs stored.
  std::size_t pairs() const { return pairs_.size(); }

 private:
  Lan lan_;
  PairTable pairs_;
  std::size_t max_pairs_;
};

}  // namespace flowtell
