// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict.h"

#include <algorithm>
#include <numeric>

namespace flowtell {

Verdict reach_verdict(std::span<const double> probabilities,
                      const UnknownRule& rule) {
  const auto best =
      std::max_element(probabilities.begin(), probabilities.end());
  double second = 0;
  for (auto at = probabilities.begin(); at != probabilities.end(); ++at) {
    if (at != best) second = std::max(second, *at);
  }
  // The unknown app's probability.
  const double other =
      1 - std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  return {static_cast<AppId>(best - probabilities.begin()), *best,
          rule.is_unknown(*best, second, other)};
}

}  // namespace flowtell
