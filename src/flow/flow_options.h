// SPDX-License-Identifier: Apache-2.0
//
// What a flow is, where it can be chosen.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "flow/lan.h"

namespace flowtell {

// What packets of one device, protocol and burst must share to be one flow.
enum class FlowKey {
  kFiveTuple,       // both addresses and both ports
  kRemoteEndpoint,  // the remote's address and port (AppScanner, EuroS&P 2016)
  kRemoteHost,      // the remote's address
};

// As the command line, models and docs call them.
inline constexpr std::array<std::string_view, 3> kFlowKeyNames = {
    "five-tuple", "remote-endpoint", "remote-host"};

constexpr std::string_view flow_key_name(FlowKey key) {
  return kFlowKeyNames[static_cast<std::size_t>(key)];
}

// Eleven days: no time added to one overflows.
inline constexpr Duration kLongestBurstGap = std::chrono::seconds(1'000'000);

struct FlowOptions {
  FlowKey key = FlowKey::kFiveTuple;
  // A longer silence of the device ends its burst; kLongestBurstGap at most.
  Duration burst_gap = std::chrono::seconds(1);
  Lan lan;
  // How many flows may be open at a time; see flow_table.h for what is given up
  // beyond. As many packets as 16 times this number may wait in them.
  std::size_t max_flows = 1'000'000;
  // A flow is shown early (FlowSink::take_early) once it has so many packets; 0
  // for never.
  std::uint32_t early_packets = 0;
  // Whether server names are looked for (name_finder.h).
  bool names = false;
};

}  // namespace flowtell
