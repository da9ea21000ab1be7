// SPDX-License-Identifier: Apache-2.0
//
// The risk-coverage curve: the share of named flows that are wrong (risk) over
// the share of flows named (coverage), for confidence floors from 1 down to 0.
// El-Yaniv and Wiener, "On the foundations of noise-free selective
// classification", JMLR 2010.
#pragma once

#include <vector>

#include "learn/cross_validation.h"
#include "model/dataset.h"

namespace flowtell {

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
