// SPDX-License-Identifier: Apache-2.0
//
// What a forest goes by, found at training among flows that the trees in
// question had not seen (learn/feature_profile_finder.h), and kept so that a
// model can be asked why.
#pragma once

#include <cstdint>
#include <vector>

#include "model/app.h"

namespace flowtell {

// What drew flows of one app to another: flows that the forest, out-of-bag,
// took for the other's.
struct Attractor {
  struct Sign {
    std::uint16_t column = 0;
    float pull = 0;     // mean contribution to the other's share, less to its
    float typical = 0;  // the column's median among the flows drawn

    bool operator==(const Sign&) const = default;
  };

  AppId from = 0;
  AppId to = 0;
  std::uint64_t flows = 0;
  std::vector<Sign> signs;  // the strongest, strongest first

  bool operator==(const Attractor&) const = default;
};

struct FeatureProfile {
  // By app and column: how much the column adds, on average over the app's own
  // flows, to the share of the trees that know them. 0 where it has no flows.
  std::vector<float> signs;
  std::vector<Attractor> attractors;  // most flows first

  bool operator==(const FeatureProfile&) const = default;
};

}  // namespace flowtell
