// SPDX-License-Identifier: Apache-2.0
//
// Datasets of a made-up network, for tests of adaptation.
#pragma once

#include <cstdint>
#include <string_view>

#include "learn/training.h"
#include "model/dataset.h"

namespace flowtell {

inline constexpr std::uint32_t kSiteSessions = 45;

// Three apps measured as classic14 would, each with servers of its own, in one
// recording of one device: kSiteSessions sessions of eight flows. The values of
// a network are shifted. Every other flow has no name.
Dataset site_of(std::uint64_t seed, double shift);

// The same in captures, to train on. With a stranger, that is the name of the
// third app's server.
Dataset training_site_of(std::uint64_t seed, double shift,
                         std::uint32_t captures = kSiteSessions,
                         std::string_view stranger = "");

TrainOptions quick_site_training();

}  // namespace flowtell
