// SPDX-License-Identifier: Apache-2.0
//
// Flows in words, a line a flow, so that two lists of them can be compared and
// a difference can be read.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/flow_collector.h"
#include "support/test_frame.h"

namespace flowtell {

using FlowEnd = std::pair<Address, Port>;

inline std::string in_words(std::uint32_t burst, const FlowEnd& device,
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

// All that was collected, and where bursts ended.
inline std::string in_words(const FlowCollector& collector) {
  std::string out;
  std::size_t flow = 0;
  for (const std::size_t end : collector.burst_ends) {
    for (; flow < end; ++flow) {
      const CollectedFlow& each = collector.flows[flow];
      out += in_words(each.burst, {each.device, each.device_port},
                      {each.remote, each.remote_port}, each.protocol,
                      each.records);
    }
    out += "end of burst\n";
  }
  return out;
}

}  // namespace flowtell
