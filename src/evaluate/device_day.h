// SPDX-License-Identifier: Apache-2.0
//
// One device's day to look at: captures laid end to end
// (learn/row_classifier.h), which app was in use, and which was named flow by
// flow.
#pragma once

#include <vector>

#include "classify/unknown_rule.h"
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

  std::vector<Use> uses;     // the first of the day, one a capture
  std::size_t captures = 0;  // of the whole day
};

// At most so many uses. The order hangs on the seed.
DeviceDay device_day(const Dataset& data, const HeldOutScores& held_out,
                     EvidenceKinds kinds, const UnknownRule& rule,
                     std::uint64_t seed, std::size_t most_uses = 160);

}  // namespace flowtell
