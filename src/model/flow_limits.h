// SPDX-License-Identifier: Apache-2.0
//
// Limits of the flows to train and test on, for methods that leave some out.
#pragma once

#include <cstdint>
#include <string>

#include "model/dataset.h"

namespace flowtell {

struct FlowLimits {
  std::uint64_t min_packets = 0;  // both ways
  std::uint64_t max_packets = UINT64_MAX;
  bool tcp_only = false;

  constexpr bool admit(const RowFacts& facts) const {
    return facts.packets >= min_packets && facts.packets <= max_packets &&
           (!tcp_only || facts.protocol == Protocol::kTcp);
  }
};

// "TCP flows of 7 to 260 packets"
std::string limits_text(const FlowLimits& limits);

// The rows within the limits. Apps and captures stay the same.
Dataset within(const FlowLimits& limits, const Dataset& data);

}  // namespace flowtell
