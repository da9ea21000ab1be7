// SPDX-License-Identifier: Apache-2.0
#include "features/flow_series.h"

#include <algorithm>

namespace flowtell {

void FlowSeries::assign(const Flow& flow) {
  lengths.clear();
  payloads.clear();
  directions.clear();
  payloads_sent.clear();
  payloads_received.clear();
  gaps.clear();
  any_syn = any_fin = any_rst = false;
  for (const PacketRecord& packet : flow.packets) {
    any_syn = any_syn || packet.syn != 0;
    any_fin = any_fin || packet.fin != 0;
    any_rst = any_rst || packet.rst != 0;
    lengths.push_back(static_cast<double>(packet.length));
    payloads.push_back(static_cast<double>(packet.payload_length));
    directions.push_back(packet.direction());
    if (packet.payload_length == 0) continue;
    (packet.sent != 0 ? payloads_sent : payloads_received)
        .push_back(payloads.back());
  }
  std::sort(payloads_sent.begin(), payloads_sent.end());
  std::sort(payloads_received.begin(), payloads_received.end());
  for (std::size_t i = 1; i < flow.packets.size(); ++i) {
    gaps.push_back(in_seconds(flow.packets[i].time - flow.packets[i - 1].time));
  }
  starts_with_syn = !flow.packets.empty() && flow.packets.front().syn != 0;
  sent = flow.sent;
  received = flow.received;
  protocol = flow.protocol;
}

}  // namespace flowtell
