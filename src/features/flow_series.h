// SPDX-License-Identifier: Apache-2.0
//
// The packets of a flow as series of numbers, from which features are computed.
// Computed once per flow and shared by all feature sets; the buffers are reused
// between flows.
#pragma once

#include <vector>

#include "flow/flow.h"

namespace flowtell {

struct FlowSeries {
  // Replaces the contents by the series of `flow`.
  void assign(const Flow& flow);

  // One entry per packet, in capture order.
  std::vector<double> lengths;   // of IP datagrams, in bytes
  std::vector<double> payloads;  // without headers, in bytes; 0 for a bare ACK
  std::vector<Direction> directions;
  // One entry per packet with payload, by direction, ascending.
  std::vector<double> payloads_sent;
  std::vector<double> payloads_received;
  // One entry fewer than packets: the seconds from each packet to the next,
  // never negative.
  std::vector<double> gaps;

  // TCP flags; false for UDP.
  bool starts_with_syn = false;  // of the first packet
  bool any_syn = false;
  bool any_fin = false;
  bool any_rst = false;

  Tally sent;
  Tally received;
  Protocol protocol = Protocol::kTcp;
};

}  // namespace flowtell
