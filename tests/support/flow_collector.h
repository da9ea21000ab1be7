// SPDX-License-Identifier: Apache-2.0
//
// A sink that stores all flows with their packets and names, for inspection.
#pragma once

#include <string>

#include "flow/flow_table.h"
#include "support/checked_vector.h"

namespace flowtell {

struct CollectedFlow : Flow {
  explicit CollectedFlow(const Flow& flow)
      : Flow(flow),
        records(flow.packets.begin(), flow.packets.end()),
        server(flow.name.server),
        host(flow.device_name),
        hello(flow.name.hello.text()) {
    packets = {};  // the table owns them
    name.server = {};
    device_name = {};
    name.hello = {};
  }
  CheckedVector<PacketRecord> records;
  std::string server;
  std::string host;  // device_name
  std::string hello;
};

class FlowCollector : public FlowSink {
 public:
  void take(const Flow& flow) override { flows.emplace_back(flow); }
  void end_burst() override { burst_ends.push_back(flows.size()); }
  void take_early(const Flow& flow) override { early.emplace_back(flow); }

  CheckedVector<CollectedFlow> flows;
  CheckedVector<std::size_t> burst_ends;  // the number of flows at each
  CheckedVector<CollectedFlow> early;     // reported before their end
};

// The flows of packets, in order of delivery.
template <typename Packets>
FlowCollector collect(const Packets& packets, FlowOptions options = {}) {
  FlowCollector collector;
  FlowTable table(std::move(options), collector);
  for (const Packet& packet : packets) table.add(packet);
  table.finish();
  return collector;
}

}  // namespace flowtell
