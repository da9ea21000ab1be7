// SPDX-License-Identifier: Apache-2.0
//
// The methods of papers, to be compared with: what a flow is, which flows
// count, how is learned, and when a name is told. docs/presets.md tells what
// the papers say and where these must differ from them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flow/flow_options.h"
#include "model/flow_limits.h"

namespace flowtell {

struct Preset {
  std::string_view name;
  std::string_view paper;
  FlowKey flow_key;
  std::string_view burst_gap;  // seconds
  FlowLimits limits;
  std::string_view features;
  std::string_view trees;
  // Whether training flows that half a forest gets wrong become a class of
  // their own (relabelling.h).
  bool relabels;
  std::string_view threshold;  // least share of the trees for a name

  // What it asks of the command line: options and their values.
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

// Null where none is called so.
const Preset* find_preset(std::string_view name);

}  // namespace flowtell
