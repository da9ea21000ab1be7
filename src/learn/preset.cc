// SPDX-License-Identifier: Apache-2.0
#include "learn/preset.h"

#include <algorithm>

namespace flowtell {

Preset::Settings Preset::settings() const {
  return {{"--flow-key", std::string(flow_key_name(flow_key))},
          {"--burst-gap", std::string(burst_gap)},
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
