// SPDX-License-Identifier: Apache-2.0
//
// Finds groups of flows that look the same for several apps
// (model/ambiguity_table.h).
//
// The idea comes from AppScanner (Taylor et al., IEEE TIFS 2018), which
// relabels training flows that a forest trained on other flows gets wrong. Here
// whole named groups are found instead. Each flow is classified on its own by
// scorers not trained on its capture. A group is ambiguous if
//   - at least two apps share it, each in at least two captures, so that a
//     stray flow does not count; and
//   - its flows are not named right significantly more often than wrong: the
//     share named right does not exceed one half by 1.645 standard errors
//     (one-sided, 5 %).
// One half is the rate of guessing between two apps. Flows of one capture are
// correlated, so the unit is the capture: the share right is the mean over the
// captures, weighted so that each app counts the same.
#pragma once

#include <vector>

#include "learn/held_out_scores.h"
#include "model/ambiguity_table.h"
#include "model/evidence.h"

namespace flowtell {

// `held_out`: one row of probabilities per row of data, from scorers not
// trained on its capture; each flow classified on its own.
AmbiguityTable find_ambiguity(const Dataset& data,
                              const Probabilities& held_out);

// Classifies with the given kinds of evidence except time. Empty without
// held-out scores.
AmbiguityTable learn_ambiguity(const Dataset& data, const FoldScores& held_out,
                               EvidenceKinds kinds);

// Which of the tested rows are ambiguous.
struct AmbiguousRows {
  std::vector<bool> rows;         // by row
  std::vector<std::string> keys;  // of the groups found, sorted

  // The marks of the given rows, in the given order.
  AmbiguousRows select(std::span<const std::uint32_t> chosen) const;
};

// Marks each fold's rows with the groups found in the other folds.
AmbiguousRows mark_ambiguous_cross_validated(
    const Dataset& data, const CrossValidationOptions& options,
    EvidenceKinds kinds);

// Marks the rows of `test` with the groups found in `train`.
AmbiguousRows mark_ambiguous_test_set(const Dataset& train, const Dataset& test,
                                      const CrossValidationOptions& options,
                                      EvidenceKinds kinds);

}  // namespace flowtell
