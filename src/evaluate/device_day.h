// SPDX-License-Identifier: Apache-2.0
//
// One device's day as data for a chart: captures end to end
// (learn/row_classifier.h), the app in use, and the app named for each flow.
#pragma once

#include <vector>

#include "classify/verdict.h"
#include "learn/held_out_scores.h"

namespace flowtell {

struct DeviceDay {
  struct NamedFlow {
    double first = 0;    // its first packet, in seconds since the day began
    AppId reported = 0;  // or kUnknownApp
    double confidence = 0;
  };
  struct Use {
    AppId app = 0;  // in use
    double begin = 0;
    double end = 0;
    std::vector<NamedFlow> flows;
  };

  // The first ones of the day, one per capture. A recording of several apps is
  // one capture of each, so their uses overlap.
  std::vector<Use> uses;
  std::size_t captures = 0;  // of the whole day
};

// Returns at most `max_uses` uses. The order depends on the seed.
DeviceDay device_day(const Dataset& data, const HeldOutScores& held_out,
                     EvidenceKinds kinds, const UnknownRule& rule,
                     std::uint64_t seed, std::size_t max_uses = 160);

}  // namespace flowtell
