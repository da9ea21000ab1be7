// SPDX-License-Identifier: Apache-2.0
//
// Loads labelled captures as samples and prints the warnings about them.
#pragma once

#include <string>
#include <vector>

#include "model/dataset.h"
#include "tool/options.h"

namespace flowtell {

struct Samples {
  Dataset dataset;
  bool any_damage = false;
};

// Finds CAPTURES and says what was taken as the label where that may be wrong.
// `apps`: the trained apps, if they are known.
Result<std::vector<LabelledCapture>> find_captures_with_labels(
    const std::string& captures, const std::vector<std::string>& apps,
    Joining joining);

// Reads CAPTURES and warns only of those that cannot be read at all. Fails if
// there is no flow. `apps`: see LoadOptions.
struct SamplesToRead {
  std::string captures;
  FlowOptions flow;
  FeatureList features;
  int threads = 1;
  std::vector<std::string> apps;
  bool parts = false;  // see LoadOptions
  Joining joining = Joining::kJoin;
};
Result<LoadedDataset> load_samples(const SamplesToRead& request);

// Reads CAPTURES; warns of damage and of captures without flows; fails if there
// is no flow at all. `apps`: see LoadOptions.
Result<Samples> read_samples(const std::string& captures,
                             const FlowOptions& options,
                             const LearnerArguments& learner,
                             std::vector<std::string> apps);

// Warns of captures that could not be read, of flows left out, of frames lost
// and of damage.
// Returns whether any capture was damaged or unreadable.
bool warn_of_loading(const LoadedDataset& loaded);

// Warns of apps with a single capture, which cannot be scored meaningfully.
void warn_of_single_captures(const Dataset& dataset);

}  // namespace flowtell
