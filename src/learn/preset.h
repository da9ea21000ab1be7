// SPDX-License-Identifier: Apache-2.0
//
// Presets of published methods, for comparison: how flows are formed, which
// flows count, how the model is trained, and when an app is named.
// docs/presets.md gives the papers' methods and where the presets differ.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flow/flow_options.h"
#include "model/dataset.h"

namespace flowtell {

// Limits of the flows to train and test on, for methods that leave some out.
struct FlowLimits {
  std::uint64_t min_packets = 0;  // both ways
  std::uint64_t max_packets = UINT64_MAX;
  bool tcp_only = false;

  constexpr bool admit(const RowFacts& facts) const {
    return facts.packets >= min_packets && facts.packets <= max_packets &&
           (!tcp_only || facts.protocol == Protocol::kTcp);
  }
};

// "TCP flows of 7 to 260 packets"
std::string limits_text(const FlowLimits& limits);

// The rows within the limits. Apps and captures stay the same.
Dataset within(const FlowLimits& limits, const Dataset& data);

struct Preset {
  std::string_view name;
  std::string_view paper;
  FlowKey flow_key;
  std::string_view burst_gap;  // seconds
  FlowLimits limits;
  std::string_view features;
  std::string_view trees;
  // Whether misclassified training flows become a class of their own
  // (relabelling.h).
  bool relabels;
  std::string_view threshold;  // smallest share of trees that names an app

  // The equivalent command-line options with their values.
  using Settings = std::vector<std::pair<std::string, std::string>>;
  Settings settings() const;
};

inline constexpr std::array<Preset, 2> kPresets = {{
    {"eurosp16",
     "AppScanner (Taylor et al., EuroS&P 2016), single large random forest",
     FlowKey::kRemoteEndpoint,
     "1",
     {7, 260, true},
     "appscanner54",
     "150",
     false,
     "0.9"},
    {"tifs17",
     "AppScanner (Taylor et al., IEEE TIFS 2018, online in 2017), with "
     "ambiguity detection",
     FlowKey::kRemoteHost,
     "1",
     {7, 260, true},
     "appscanner54",
     "10",
     true,
     "0.9"},
}};

// Returns null if there is no such preset.
const Preset* find_preset(std::string_view name);

}  // namespace flowtell
