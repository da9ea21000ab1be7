// SPDX-License-Identifier: Apache-2.0
#include "report/risk_coverage.h"

#include <algorithm>

#include "predict/verdict.h"

namespace flowtell {
namespace {

struct Judged {
  double confidence = 0;
  bool is_right = false;
};

std::vector<Judged> surest_first(const Dataset& data,
                                 const Probabilities& probabilities) {
  std::vector<Judged> flows;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = reach_verdict(probabilities.row(row), {});
    flows.push_back({verdict.confidence, verdict.best == data.labels[row]});
  }
  std::sort(flows.begin(), flows.end(), [](const Judged& a, const Judged& b) {
    return a.confidence > b.confidence;
  });
  return flows;
}

}  // namespace

RiskCoverage risk_coverage(const Dataset& data,
                           const Probabilities& probabilities) {
  constexpr double kStep = 0.01;
  const std::vector<Judged> flows = surest_first(data, probabilities);
  const auto all = static_cast<double>(flows.size());
  RiskCoverage curve;
  double wrong = 0;
  double told = -kStep;  // the coverage of the latest point
  for (std::size_t at = 0; at < flows.size();) {
    const std::size_t begin = at;
    const double confidence = flows[begin].confidence;
    while (at < flows.size() && flows[at].confidence == confidence) {
      if (!flows[at++].is_right) ++wrong;
    }
    const auto named = static_cast<double>(at);
    const RiskCoverage::Point point{confidence, named / all, wrong / named};
    curve.area += point.risk * static_cast<double>(at - begin) / all;
    if (point.coverage < told + kStep && at < flows.size()) continue;
    curve.points.push_back(point);
    told = point.coverage;
  }
  return curve;
}

}  // namespace flowtell
