// SPDX-License-Identifier: Apache-2.0
//
// Datasets of a made-up network, for tests of adaptation.
#pragma once

#include <cstdint>

#include "learn/training.h"
#include "model/dataset.h"

namespace flowtell {

// Three apps measured as classic14 would, each with servers of its own, in one
// recording of one device: 45 sessions of eight flows. The values of a network
// are shifted. Every other flow has no name.
Dataset site_of(std::uint64_t seed, double shift);

// The same in 45 captures, to train on.
Dataset training_site_of(std::uint64_t seed, double shift);

TrainOptions quick_site_training();

}  // namespace flowtell
