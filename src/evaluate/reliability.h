// SPDX-License-Identifier: Apache-2.0
//
// The reliability diagram of confidences: of the flows with a confidence of
// 0.9, nine in ten should be right. Guo et al., "On calibration of modern
// neural networks", ICML 2017.
#pragma once

#include <array>
#include <cstdint>

#include "learn/cross_validation.h"
#include "model/dataset.h"

namespace flowtell {

struct Reliability {
  static constexpr std::size_t kBins = 15;

  // Flows whose confidence is in [i / 15, (i + 1) / 15); 1 is in the last.
  struct Bin {
    std::uint64_t flows = 0;
    double confidence = 0;  // mean; 0 if there are no flows
    double right = 0;       // share whose likeliest app is right
  };

  std::array<Bin, kBins> bins;

  // Expected calibration error: the absolute difference between a bin's
  // confidence and its share right, averaged over the flows.
  double expected_calibration_error = 0;
};

// REQUIRES: one row of probabilities per row of data.
Reliability reliability(const Dataset& data,
                        const Probabilities& probabilities);

}  // namespace flowtell
