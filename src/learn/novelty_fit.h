// SPDX-License-Identifier: Apache-2.0
//
// Learns how flows of the unknown app score. Each app in turn is left out of
// training; the scores of its flows are compared with the held-out scores of
// trained apps. (Open-set recognition by leaving classes out; terms as in
// Scheirer et al. 2013.)
#pragma once

#include "learn/scorers.h"

namespace flowtell {

// Scores the rows with scorers not trained on their apps. Apps are left out in
// at most eight groups. REQUIRES: at least three apps have rows.
DatasetScores score_left_out(const Dataset& data, const ShapeOptions& options);

// `known`: scores from scorers trained on the rows' apps but not on the rows
// (score_held_out).
Novelty fit_novelty(const Dataset& data, const DatasetScores& known,
                    const DatasetScores& left_out);

}  // namespace flowtell
