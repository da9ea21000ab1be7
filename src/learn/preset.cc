// SPDX-License-Identifier: Apache-2.0
#include "learn/preset.h"

#include <fmt/format.h>

#include <algorithm>

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

Preset::Settings Preset::settings() const {
  return {{"--flow-key", std::string(flow_key_name(flow_key))},
          {"--burst-gap", std::string(burst_gap)},
          {"--burst-limit", "0"},  // the papers have none
          {"--features", std::string(features)},
          {"--evidence", "shape"},
          {"--learner", "forest"},
          {"--trees", std::string(trees)},
          {"--balance", "flows"},
          {"--unknown", "floor=" + std::string(threshold)}};
}

const Preset* find_preset(std::string_view name) {
  const auto* const at =
      std::find_if(kPresets.begin(), kPresets.end(),
                   [&](const Preset& preset) { return preset.name == name; });
  return at == kPresets.end() ? nullptr : at;
}

}  // namespace flowtell
