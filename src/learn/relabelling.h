// SPDX-License-Identifier: Apache-2.0
//
// AppScanner's ambiguity detection (Taylor, Spolaor, Conti, Martinovic, IEEE
// TIFS 2018, section IV). The training flows are dealt at random into halves. A
// forest is taught the first half and judges the second; what it gets wrong
// there is relabelled to be of a class of its own, "ambiguous". The forest that
// counts is then taught the second half alone. A flow of which it says
// "ambiguous" is given no name.
#pragma once

#include <vector>

#include "learn/cross_validation.h"

namespace flowtell {

// Half of the rows, in their order, with one app more: the last, of the rows
// relabelled. All rows, none relabelled, where they cannot be halved.
Dataset relabel_ambiguous(const Dataset& data, const ForestOptions& options);

// Shares of trees.
struct PlainShares {
  Probabilities apps;  // of the apps; what is missing to 1 is the rest's
  std::vector<bool> ambiguous;  // by row: that class has more than any app
};

// A forest taught with `taught`, relabelled or not, judges `judged`.
PlainShares predict_plain(const Dataset& trained, const Dataset& judged,
                          bool relabels, const ForestOptions& options);

// Each fold by what the others teach.
PlainShares predict_plain_cross_validated(const Dataset& data,
                                          std::span<const std::uint32_t> folds,
                                          bool relabels,
                                          const ForestOptions& options);

}  // namespace flowtell
