// SPDX-License-Identifier: Apache-2.0
//
// AppScanner's ambiguity detection (Taylor, Spolaor, Conti, Martinovic, IEEE
// TIFS 2018, section IV). The training flows are split at random into halves. A
// forest trained on the first half predicts the second; flows it gets wrong are
// relabelled as an extra class, "ambiguous". The final forest is trained on the
// second half alone. A flow that it predicts "ambiguous" is not named.
#pragma once

#include <vector>

#include "learn/cross_validation.h"

namespace flowtell {

// Returns half of the rows, in order, with an additional last app for the
// relabelled rows. If there are too few rows, returns all, none relabelled.
Dataset relabel_ambiguous(const Dataset& data, const ForestOptions& options);

// Shares of trees.
struct PlainShares {
  Probabilities apps;           // without the share of the ambiguous class
  std::vector<bool> ambiguous;  // by row: that class has the largest share

  // The given rows, in the given order.
  PlainShares select(std::span<const std::uint32_t> rows) const;
};

// Trains a forest on `train`, relabelled or not, and predicts `test`.
PlainShares predict_plain(const Dataset& train, const Dataset& test,
                          bool relabels, const ForestOptions& options);

// Predicts each fold with a forest trained on the others.
PlainShares predict_plain_cross_validated(const Dataset& data,
                                          std::span<const std::uint32_t> folds,
                                          bool relabels,
                                          const ForestOptions& options);

}  // namespace flowtell
