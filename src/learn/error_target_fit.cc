// SPDX-License-Identifier: Apache-2.0
#include "learn/evidence_fit.h"

#include <algorithm>

#include "classify/verdict.h"

namespace flowtell {
namespace {

struct Named {
  double confidence;
  bool is_wrong;
};

std::vector<Named> by_confidence(const Dataset& data,
                                 const Probabilities& probabilities) {
  std::vector<Named> all;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = likeliest(probabilities.row(row));
    all.push_back({verdict.confidence, verdict.best != data.labels[row]});
  }
  std::sort(all.begin(), all.end(), [](const Named& a, const Named& b) {
    return a.confidence > b.confidence;
  });
  return all;
}

}  // namespace

ErrorTargets fit_error_targets(const Dataset& data,
                               const Probabilities& probabilities) {
  const std::vector<Named> all = by_confidence(data, probabilities);
  ErrorTargets error_targets;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].is_wrong) ++wrong;
    // Flows of equal confidence are named together or not at all.
    if (i + 1 < all.size() && all[i + 1].confidence == all[i].confidence) {
      continue;
    }
    // Counts one error more than seen, since the next flow may be wrong.
    const double error =
        static_cast<double>(wrong + 1) / static_cast<double>(i + 2);
    for (std::size_t step = 0; step < error_targets.size(); ++step) {
      if (error > kErrorTargetStep * static_cast<double>(step + 1)) continue;
      error_targets[step] = {
          all[i].confidence,
          static_cast<double>(i + 1) / static_cast<double>(data.rows())};
    }
  }
  return error_targets;
}

}  // namespace flowtell
