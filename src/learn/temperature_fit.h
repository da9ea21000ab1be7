// SPDX-License-Identifier: Apache-2.0
//
// Temperature scaling between networks (Guo et al. 2017).
//
// On a network that was not trained on, verdicts are surer than they are right.
// Where training has captures of several networks, each is classified by what
// was trained on the others, and the final probabilities are raised to the
// power 1/temperature that fits the outcome best.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/row_classifier.h"

namespace flowtell {

// By row, the number of its network: the group of its capture. Empty unless
// there are at least two groups, each with flows of at least two apps.
std::vector<std::uint32_t> network_folds(const Dataset& data);

// The temperature from 1 to kMaxTemperature with the least mean logarithmic
// loss, every app weighing alike.
// REQUIRES: probabilities by temperature 1, from scores held out by network.
double fit_temperature(const Dataset& data, const Probabilities& probabilities);

}  // namespace flowtell
