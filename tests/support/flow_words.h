// SPDX-License-Identifier: Apache-2.0
//
// Flows as text, one line per flow, so that two lists can be compared and
// differences are readable.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/flow_collector.h"
#include "support/test_frame.h"

namespace flowtell {

using FlowEnd = std::pair<Address, Port>;

inline std::string flow_text(std::uint32_t burst, const FlowEnd& device,
                             const FlowEnd& remote, Protocol protocol,
                             const std::vector<PacketRecord>& records) {
  std::string text = fmt::format(
      "burst {} {} {}:{} {}:{}", burst, protocol_name(protocol),
      device.first.text(), device.second, remote.first.text(), remote.second);
  for (const PacketRecord& record : records) {
    text += fmt::format(
        " {}{}@{}{}{}{}", record.direction() == Direction::kSent ? '>' : '<',
        record.length, seconds_text(record.time - kTestStart, 9),
        record.syn != 0 ? "S" : "", record.fin != 0 ? "F" : "",
        record.rst != 0 ? "R" : "");
  }
  return text + '\n';
}

// All collected flows and the ends of bursts.
inline std::string flow_text(const FlowCollector& collector) {
  std::string out;
  std::size_t flow = 0;
  for (const std::size_t end : collector.burst_ends) {
    for (; flow < end; ++flow) {
      const CollectedFlow& each = collector.flows[flow];
      out += flow_text(each.burst, {each.device, each.device_port},
                       {each.remote, each.remote_port}, each.protocol,
                       each.records);
    }
    out += "end of burst\n";
  }
  return out;
}

// The flows delivered early, in order.
inline std::string early_text(const FlowCollector& collector) {
  std::string out;
  for (const CollectedFlow& each : collector.early) {
    out += each.is_cut ? "cut " : "over ";
    out +=
        flow_text(each.burst, {each.device, each.device_port},
                  {each.remote, each.remote_port}, each.protocol, each.records);
  }
  return out;
}

}  // namespace flowtell
