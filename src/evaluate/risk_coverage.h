// SPDX-License-Identifier: Apache-2.0
//
// What naming fewer flows buys: the share named wrong (risk) over the share
// named (coverage), as the confidence asked for falls from 1 to 0. El-Yaniv and
// Wiener, "On the foundations of noise-free selective classification", JMLR
// 2010.
#pragma once

#include <vector>

#include "learn/cross_validation.h"
#include "model/dataset.h"

namespace flowtell {

struct RiskCoverage {
  struct Point {
    double floor = 0;     // flows of at least this confidence are named,
    double coverage = 0;  // which is this share of all;
    double risk = 0;      // of them this share is named wrong
  };

  // By rising coverage, the last being all flows: about one for each percent of
  // coverage. Flows of one confidence are named together or not at all.
  std::vector<Point> points;

  // The area below the curve: the mean risk over all coverages. Lower is
  // better; a confidence that tells nothing makes it the share of errors.
  double area = 0;
};

// REQUIRES: one row of probabilities a row of data.
RiskCoverage risk_coverage(const Dataset& data,
                           const Probabilities& probabilities);

}  // namespace flowtell
