// SPDX-License-Identifier: Apache-2.0
//
// The device that a packet belongs to, found without keeping flows: for sharing
// a link's packets out by device.
//
// It answers as FlowTable does, of which PairTable holds the rule. Where
// exactly one end is in the LAN, that is the device, and nothing has to be
// remembered. All other pairs (a phone asking the gateway for a name has both
// ends inside) are remembered from their first packet for an hour of silence;
// of so many, the one silent longest makes way. There alone it may answer
// otherwise: FlowTable knows such a pair for longer while a burst of its device
// goes on, and this does not see bursts. O(1). One thread at a time.
#pragma once

#include <cstddef>

#include "decode/packet.h"
#include "flow/pair_table.h"

namespace flowtell {

class DeviceFinder {
 public:
  DeviceFinder(const Lan& lan, std::size_t most_pairs)
      : lan_(lan), pairs_(lan), most_pairs_(most_pairs) {}

  // REQUIRES: packet.time has never fallen.
  Address device_of(const Packet& packet);

  // That had to be remembered.
  std::size_t pairs() const { return pairs_.size(); }

 private:
  Lan lan_;
  PairTable pairs_;
  std::size_t most_pairs_;
};

}  // namespace flowtell
