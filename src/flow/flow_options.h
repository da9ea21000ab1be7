// SPDX-License-Identifier: Apache-2.0
//
// Options of metering: what a flow is, and how much memory flows may take.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/time.h"
#include "decode/tunnel_view.h"
#include "flow/lan.h"

namespace flowtell {

// What the packets of a flow have in common besides device, protocol and burst.
enum class FlowKey {
  kFiveTuple,       // both endpoints: addresses and ports
  kRemoteEndpoint,  // the remote's endpoint (AppScanner, EuroS&P 2016)
  kRemoteHost,      // the remote's address
};

// The names on the command line, in models and docs.
inline constexpr std::array<std::string_view, 3> kFlowKeyNames = {
    "five-tuple", "remote-endpoint", "remote-host"};

constexpr std::string_view flow_key_name(FlowKey key) {
  return kFlowKeyNames[static_cast<std::size_t>(key)];
}

// Eleven days; short enough that adding it to a time never overflows.
inline constexpr Duration kMaxBurstGap = std::chrono::seconds(1'000'000);

inline constexpr Duration kDefaultBurstLimit = std::chrono::seconds(30);

// The longest table: its limits, multiples of this, fit 64 bits.
inline constexpr std::size_t kMaxFlows = 500'000'000;

struct FlowOptions {
  FlowKey key = FlowKey::kFiveTuple;
  // A longer silence of the device ends its burst; at most kMaxBurstGap.
  Duration burst_gap = std::chrono::seconds(1);
  // A packet later than this after a burst's first one begins a new burst; at
  // most kMaxBurstGap; zero for no limit.
  Duration burst_limit = kDefaultBurstLimit;
  Lan lan;
  // Flows open at a time, which may hold 16 times as many packets. Beyond that
  // bursts end early (flow_table.h).
  std::size_t max_flows = 1'000'000;
  // An open flow is delivered early (FlowSink::take_early) after this number of
  // packets, 0 for never, and whenever it has been over for `early_silence`
  // (flow_ends.h), zero for never.
  std::uint32_t early_packets = 0;
  Duration early_silence{};
  // Whether to search for server names (name_finder.h).
  bool names = false;
  // Whether the search also keeps facts of the hellos (hello_facts.h).
  bool hello = false;
  // Whether the packets inside tunnels are metered, or the tunnels.
  TunnelView tunnels = TunnelView::kInner;
};

}  // namespace flowtell
