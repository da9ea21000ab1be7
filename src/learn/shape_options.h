// SPDX-License-Identifier: Apache-2.0
//
// How the shape scorer is trained: the learner and its options. A support
// vector machine uses the forest options that do not concern trees:
// balance_apps, threads and progress.
#pragma once

#include <array>
#include <string_view>

#include "learn/forest_builder.h"

namespace flowtell {

enum class Learner { kForest, kSvm };

inline constexpr std::array<std::string_view, 2> kLearnerNames = {"forest",
                                                                  "svm"};

struct ShapeOptions : ForestOptions {
  Learner learner = Learner::kForest;
};

}  // namespace flowtell
