// SPDX-License-Identifier: Apache-2.0
//
// Trees that tell what a forest knows of its small apps. Equal draws for every
// app (ForestOptions::balance_apps) put all flows of a small app into each bag,
// so no tree is left that did not see them, and out-of-bag results lack the
// app. Cross-validated trees stand in for these flows.
#pragma once

#include "learn/cross_validation.h"
#include "learn/forest_builder.h"

namespace flowtell {

// The forest with more trees, for the flows of each app most of whose flows are
// in all bags; the same forest if there is no such app. The trees were not
// grown from the captures that hold the flows, or, if the app has one capture,
// not from the flows. All other flows count as seen by these trees, so they
// change no result about them.
//
// The result serves permutation importance and feature profiles
// (learn/out_of_bag.h), not predictions. Cost: one forest a fold.
BuiltForest with_held_out_trees(const BuiltForest& built, const Dataset& data,
                                const CrossValidationOptions& options);

}  // namespace flowtell
