// SPDX-License-Identifier: Apache-2.0
//
// How far confidences can be trusted: whether they are as right as they say,
// and which share of flows can be named at which risk. Both judge the likeliest
// app of each row, with no unknown rule.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "learn/cross_validation.h"
#include "model/dataset.h"

namespace flowtell {

// The reliability diagram of confidences: of the flows with a confidence of
// 0.9, nine in ten should be right. Guo et al., "On calibration of modern
// neural networks", ICML 2017.
struct Reliability {
  static constexpr std::size_t kBins = 15;

  // Flows whose confidence is in [i / 15, (i + 1) / 15); 1 is in the last.
  struct Bin {
    std::uint64_t flows = 0;
    double confidence = 0;  // mean; 0 if there are no flows
    double right = 0;       // share whose likeliest app is right
  };

  std::array<Bin, kBins> bins;

  // Expected calibration error: the absolute difference between a bin's mean
  // confidence and its share of right verdicts, averaged over the flows.
  double expected_calibration_error = 0;
};

// REQUIRES: one row of probabilities per row of data.
Reliability reliability(const Dataset& data,
                        const Probabilities& probabilities);

// The risk-coverage curve: the share of named flows that are wrong (risk) over
// the share of flows named (coverage), for confidence floors from 1 down to 0.
// El-Yaniv and Wiener, "On the foundations of noise-free selective
// classification", JMLR 2010.
struct RiskCoverage {
  struct Point {
    double floor = 0;     // flows of at least this confidence are named
    double coverage = 0;  // share of all flows that is named
    double risk = 0;      // share of the named flows that is wrong
  };

  // By rising coverage up to all flows, about one point per percent. Flows of
  // equal confidence are named together or not at all.
  std::vector<Point> points;

  // The area under the curve: the mean risk over all coverages. Lower is
  // better; with uninformative confidences it is the share of errors.
  double area = 0;
};

// REQUIRES: one row of probabilities per row of data.
RiskCoverage risk_coverage(const Dataset& data,
                           const Probabilities& probabilities);

}  // namespace flowtell
