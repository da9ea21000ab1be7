// SPDX-License-Identifier: Apache-2.0
//
// Finds the flows that look alike whatever the app (model/ambiguity_table.h).
//
// The idea is AppScanner's (Taylor et al., IEEE TIFS 2018), who relabel
// training flows that a forest taught with others judges wrongly. Here whole
// groups are found, which have names. Every flow is judged by itself, by
// witnesses that were not taught its capture. A group is ambiguous where
//   - two apps or more share it: each in at least two captures, so that no
//     stray flow makes a server a shared one; and
//   - its flows are not named right more often than wrong. They are if their
//     share of right ones is above one half by more than chance explains: by
//     1.645 standard errors, which is one-sided, at 5 %.
// One half, because it is what guessing between two apps gives, and because a
// name that is wrong as often as right tells nobody anything. The flows of a
// capture repeat each other, so captures are what is counted: the share right
// is the mean over the captures, and each app's captures weigh alike.
#pragma once

#include <vector>

#include "learn/scorers.h"
#include "model/ambiguity_table.h"
#include "model/evidence.h"

namespace flowtell {

// `held_out`: a row of probabilities a row of data, each flow judged by itself
// by what was not taught its capture.
AmbiguityTable find_ambiguity(const Dataset& data,
                              const Probabilities& held_out);

// Judges by the kinds of evidence given, time left out, in folds inside the
// data. Empty where nothing can be held out.
AmbiguityTable learn_ambiguity(const Dataset& data,
                               const CrossValidationOptions& options,
                               EvidenceKinds kinds);

// What is ambiguous among rows that are judged.
struct AmbiguousRows {
  std::vector<bool> rows;         // by row
  std::vector<std::string> keys;  // of the groups found, in their order
};

// By what is found in the other folds.
AmbiguousRows mark_ambiguous_cross_validated(
    const Dataset& data, const CrossValidationOptions& options,
    EvidenceKinds kinds);

// By what is found in `taught`.
AmbiguousRows mark_ambiguous_others(const Dataset& trained,
                                    const Dataset& judged,
                                    const CrossValidationOptions& options,
                                    EvidenceKinds kinds);

}  // namespace flowtell
