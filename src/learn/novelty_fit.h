// SPDX-License-Identifier: Apache-2.0
//
// Learns how apps that were never taught show themselves: each app in turn is
// left out of what the witnesses learn, and what they then say of its flows is
// set against what they say of flows of apps that they know, none of which they
// have seen either. (Open-set recognition by holding classes out; Scheirer et
// al. 2013 has the terms.)
#pragma once

#include "learn/scorers.h"

namespace flowtell {

// The rows heard from witnesses that were not taught their app. Apps are left
// out in at most eight groups. REQUIRES: at least three apps have rows.
DatasetScores score_left_out(const Dataset& data, const ShapeOptions& options);

// `known`: the rows heard by witnesses that were taught their apps, but not
// these rows (score_held_out).
Novelty fit_novelty(const Dataset& data, const DatasetScores& known,
                    const DatasetScores& left_out);

}  // namespace flowtell
