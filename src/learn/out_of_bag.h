// SPDX-License-Identifier: Apache-2.0
//
// What a forest says of its own training flows, each judged only by the trees
// that were not grown from it (Breiman 2001, section 3.1), and what follows.
//
// Flows of one capture resemble each other and the bag is drawn by flow, so
// out-of-bag scores flatter; scores by capture do not (predict/).
#pragma once

#include <cstdint>
#include <vector>

#include "learn/forest_builder.h"
#include "model/dataset.h"

namespace flowtell {

struct OutOfBag {
  std::size_t apps = 0;
  std::vector<double> shares;  // `apps` a row; all 0 where every tree saw it
  std::vector<bool> judged;    // by row: some tree did not see it

  double accuracy = 0;  // over the rows judged; 0 where there are none
};

OutOfBag predict_out_of_bag(const BuiltForest& built, const Dataset& data,
                            int threads);

struct PermutationOptions {
  std::size_t most_rows = 2000;  // judged; drawn at random where there are more
  std::uint64_t seed = 1;
  int threads = 1;
};

// By column: how much out-of-bag accuracy is lost when the column's values are
// shuffled among the flows (Breiman 2001, section 10). May be below 0 by
// chance.
std::vector<double> permutation_importance(const BuiltForest& built,
                                           const Dataset& data,
                                           const PermutationOptions& options);

// By column, and in it by app: how much of the app's own recall is lost so, on
// the same rows; 0 for an app without any.
std::vector<std::vector<double>> permutation_importance_by_app(
    const BuiltForest& built, const Dataset& data,
    const PermutationOptions& options);

}  // namespace flowtell
