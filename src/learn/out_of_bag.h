// SPDX-License-Identifier: Apache-2.0
//
// Out-of-bag predictions: each training flow is predicted only by the trees not
// grown from it (Breiman 2001, section 3.1). Permutation importance and the
// feature profile use them.
//
// Bags are drawn by flow, and flows of one capture are similar, so out-of-bag
// accuracy is too high. Cross-validation by capture avoids this.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/forest_builder.h"
#include "model/dataset.h"
#include "model/feature_profile.h"

namespace flowtell {

struct OutOfBag {
  std::size_t apps = 0;
  std::vector<double> shares;   // `apps` per row; all 0 if not predicted
  std::vector<bool> predicted;  // by row: at least one tree did not see it

  double accuracy = 0;  // over the rows predicted; 0 if there are none
};

OutOfBag predict_out_of_bag(const BuiltForest& built, const Dataset& data,
                            int threads);

struct PermutationOptions {
  // If there are more, they are drawn at random, up to 50 of each app first.
  std::size_t max_rows = 2000;
  std::uint64_t seed = 1;
  int threads = 1;
};

// By column: the loss of out-of-bag accuracy when the column's values are
// shuffled among the flows (Breiman 2001, section 10). May be below 0 by
// chance.
std::vector<double> permutation_importance(const BuiltForest& built,
                                           const Dataset& data,
                                           const PermutationOptions& options);

// By column and app: the loss of the app's recall on the same rows; 0 for an
// app without any.
std::vector<std::vector<double>> permutation_importance_by_app(
    const BuiltForest& built, const Dataset& data,
    const PermutationOptions& options);

// Computes a forest's feature profile: each training flow's votes are
// attributed to features (model/attribution.h), using only the trees not grown
// from it. REQUIRES: `oob` is the result of predict_out_of_bag for this forest
// and data.
FeatureProfile find_feature_profile(const BuiltForest& built,
                                    const OutOfBag& oob, const Dataset& data);

}  // namespace flowtell
