// SPDX-License-Identifier: Apache-2.0
#include "evaluate/reliability.h"

#include <algorithm>
#include <cmath>

#include "classify/verdict.h"

namespace flowtell {

Reliability reliability(const Dataset& data,
                        const Probabilities& probabilities) {
  Reliability result;
  // The bins hold sums first, then means.
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = reach_verdict(probabilities.row(row), {});
    const auto index = static_cast<std::size_t>(
        verdict.confidence * static_cast<double>(Reliability::kBins));
    Reliability::Bin& bin =
        result.bins[std::min(index, Reliability::kBins - 1)];
    ++bin.flows;
    bin.confidence += verdict.confidence;
    bin.right += verdict.best == data.labels[row] ? 1 : 0;
  }
  for (Reliability::Bin& bin : result.bins) {
    if (bin.flows == 0) continue;
    result.expected_calibration_error +=
        std::abs(bin.confidence - bin.right) / static_cast<double>(data.rows());
    bin.confidence /= static_cast<double>(bin.flows);
    bin.right /= static_cast<double>(bin.flows);
  }
  return result;
}

}  // namespace flowtell
