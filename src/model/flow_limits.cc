// SPDX-License-Identifier: Apache-2.0
#include "model/flow_limits.h"

#include <fmt/format.h>

namespace flowtell {

std::string limits_text(const FlowLimits& limits) {
  return fmt::format("{}flows of {} to {} packets",
                     limits.tcp_only ? "TCP " : "", limits.min_packets,
                     limits.max_packets);
}

Dataset within(const FlowLimits& limits, const Dataset& data) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    if (limits.admit(data.facts[row])) rows.push_back(row);
  }
  return data.select(rows);
}

}  // namespace flowtell
