// SPDX-License-Identifier: Apache-2.0
#include "measure/flow_series.h"

namespace flowtell {

void FlowSeries::assign(const Flow& flow) {
  lengths.clear();
  payloads.clear();
  directions.clear();
  gaps.clear();
  for (const PacketRecord& packet : flow.packets) {
    lengths.push_back(static_cast<double>(packet.length));
    payloads.push_back(static_cast<double>(packet.payload_length));
    directions.push_back(packet.direction());
  }
  for (std::size_t i = 1; i < flow.packets.size(); ++i) {
    gaps.push_back(in_seconds(flow.packets[i].time - flow.packets[i - 1].time));
  }
  sent = flow.sent;
  received = flow.received;
  protocol = flow.protocol;
  remote_port = flow.remote_port;
}

}  // namespace flowtell
