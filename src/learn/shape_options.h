// SPDX-License-Identifier: Apache-2.0
//
// How the witness of shape is taught: by which learner, and by its options. A
// support vector machine takes of a forest's options what is not of trees:
// whether apps count alike, the threads that judge, whom to tell of progress.
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
