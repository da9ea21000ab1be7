// SPDX-License-Identifier: Apache-2.0
//
// A flow's packets as the series of numbers that features are computed from.
// Made once a flow and shared by all feature sets; holds its memory between
// flows.
#pragma once

#include <vector>

#include "flow/flow.h"

namespace flowtell {

struct FlowSeries {
  // Replaces what was there by the series of `flow`.
  void assign(const Flow& flow);

  // One entry a packet, in the order of the capture.
  std::vector<double> lengths;   // of IP datagrams, in bytes
  std::vector<double> payloads;  // less headers, in bytes; 0 for a bare ACK
  std::vector<Direction> directions;
  // One entry a packet with payload, by its direction, in ascending order.
  std::vector<double> payloads_sent;
  std::vector<double> payloads_received;
  // One entry fewer than packets: seconds from each to the next; never
  // negative.
  std::vector<double> gaps;

  // TCP's flags; false for UDP.
  bool starts_with_syn = false;  // of the first packet
  bool any_syn = false;
  bool any_fin = false;
  bool any_rst = false;

  Tally sent;
  Tally received;
  Protocol protocol = Protocol::kTcp;
};

}  // namespace flowtell
