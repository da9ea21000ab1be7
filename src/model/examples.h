// SPDX-License-Identifier: Apache-2.0
//
// A few of the flows that a model was taught, kept in it so that a verdict can
// be explained by flows like the one judged (explain/proximity.h).
//
// They are spread evenly: over the captures first, then over each capture's
// flows. Nothing but their order decides. What they reveal: features of flows,
// and from which capture they came; no address, no name, no time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

struct Example {
  std::uint32_t capture = 0;  // into Model::captures
  std::uint32_t flow = 0;     // its number in that capture, from 1

  bool operator==(const Example&) const = default;
};

struct Examples {
  std::vector<Example> flows;
  std::vector<float> values;  // a row a flow

  std::size_t size() const { return flows.size(); }
  std::span<const float> row(std::size_t i) const {
    const std::size_t width = values.size() / flows.size();
    return std::span(values).subspan(i * width, width);
  }

  bool operator==(const Examples&) const = default;
};

// At most `most` flows; of a capture with fewer flows than its part, all.
// REQUIRES: the rows of a capture stand side by side.
Examples choose_examples(const Dataset& data, std::size_t most = 1000);

}  // namespace flowtell
