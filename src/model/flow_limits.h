// SPDX-License-Identifier: Apache-2.0
//
// Which flows are learned from and judged at all, where a method leaves some
// aside.
#pragma once

#include <cstdint>
#include <string>

#include "model/dataset.h"

namespace flowtell {

struct FlowLimits {
  std::uint64_t fewest_packets = 0;  // both ways
  std::uint64_t most_packets = UINT64_MAX;
  bool tcp_only = false;

  constexpr bool admit(const RowFacts& facts) const {
    return facts.packets >= fewest_packets && facts.packets <= most_packets &&
           (!tcp_only || facts.protocol == Protocol::kTcp);
  }
};

// "TCP flows of 7 to 260 packets"
std::string limits_text(const FlowLimits& limits);

// The rows within the limits; apps and captures stay as they are.
Dataset within(const FlowLimits& limits, const Dataset& data);

}  // namespace flowtell
