// SPDX-License-Identifier: Apache-2.0
//
// The features by which a forest recognises each app, computed in training on
// flows that the trees in question had not seen
// (learn/out_of_bag.h), and stored to explain the model.
#pragma once

#include <cstdint>
#include <vector>

#include "model/app.h"

namespace flowtell {

// How flows of one app resemble another: flows that the forest, out-of-bag,
// assigned to the other app.
struct Attractor {
  struct Sign {
    std::uint16_t column = 0;
    float pull = 0;     // mean contribution to `to` minus that to `from`
    float typical = 0;  // median of the column among these flows

    bool operator==(const Sign&) const = default;
  };

  AppId from = 0;
  AppId to = 0;
  std::uint64_t flows = 0;
  std::vector<Sign> signs;  // the strongest, strongest first

  bool operator==(const Attractor&) const = default;
};

struct FeatureProfile {
  // By app and column: the column's mean contribution to the app's share, over
  // the app's own flows. 0 for an app without flows.
  std::vector<float> signs;
  std::vector<Attractor> attractors;  // most flows first

  bool operator==(const FeatureProfile&) const = default;
};

}  // namespace flowtell
