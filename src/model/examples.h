// SPDX-License-Identifier: Apache-2.0
//
// A sample of the training flows, stored in the model so that a verdict can be
// explained by similar flows (explain/forest_reasons.h).
//
// They are spread evenly over the captures, then over the flows of each
// capture, and depend only on the order of the flows. They contain the features
// of flows and the number of their capture: no address, name or time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

struct Example {
  std::uint32_t capture = 0;  // into Model::captures
  std::uint32_t flow = 0;     // its number in the recording, from 1

  bool operator==(const Example&) const = default;
};

struct Examples {
  std::vector<Example> flows;
  std::vector<float> values;  // one row per flow

  std::size_t size() const { return flows.size(); }
  std::span<const float> row(std::size_t i) const {
    const std::size_t width = values.size() / flows.size();
    return std::span(values).subspan(i * width, width);
  }

  bool operator==(const Examples&) const = default;
};

// At most `max_flows` flows; all flows of a capture with fewer than its share.
// REQUIRES: the rows of a capture are contiguous.
Examples choose_examples(const Dataset& data, std::size_t max_flows = 1000);

}  // namespace flowtell
