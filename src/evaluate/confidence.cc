// SPDX-License-Identifier: Apache-2.0
#include "evaluate/confidence.h"

#include <algorithm>
#include <cmath>

#include "classify/verdict.h"

namespace flowtell {
namespace {

struct RankedFlow {
  double confidence = 0;
  bool is_right = false;
};

std::vector<RankedFlow> by_confidence(const Dataset& data,
                                      const Probabilities& probabilities) {
  std::vector<RankedFlow> flows;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = likeliest(probabilities.row(row));
    flows.push_back({verdict.confidence, verdict.best == data.labels[row]});
  }
  std::sort(flows.begin(), flows.end(),
            [](const RankedFlow& a, const RankedFlow& b) {
              return a.confidence > b.confidence;
            });
  return flows;
}

}  // namespace

Reliability reliability(const Dataset& data,
                        const Probabilities& probabilities) {
  Reliability result;
  // The bins hold sums first, then means.
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = likeliest(probabilities.row(row));
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

RiskCoverage risk_coverage(const Dataset& data,
                           const Probabilities& probabilities) {
  constexpr double kStep = 0.01;
  const std::vector<RankedFlow> flows = by_confidence(data, probabilities);
  const auto all = static_cast<double>(flows.size());
  RiskCoverage curve;
  double wrong = 0;
  double last = -kStep;  // coverage of the last point
  for (std::size_t at = 0; at < flows.size();) {
    const std::size_t begin = at;
    const double confidence = flows[begin].confidence;
    while (at < flows.size() && flows[at].confidence == confidence) {
      if (!flows[at++].is_right) ++wrong;
    }
    const auto named = static_cast<double>(at);
    const RiskCoverage::Point point{confidence, named / all, wrong / named};
    curve.area += point.risk * static_cast<double>(at - begin) / all;
    if (point.coverage < last + kStep && at < flows.size()) continue;
    curve.points.push_back(point);
    last = point.coverage;
  }
  return curve;
}

}  // namespace flowtell
