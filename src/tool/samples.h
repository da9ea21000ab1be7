// SPDX-License-Identifier: Apache-2.0
//
// Labelled captures as samples, with all that a command must say about them.
#pragma once

#include <string>
#include <vector>

#include "model/dataset.h"
#include "report/evaluation_text.h"
#include "tool/options.h"

namespace flowtell {

struct Samples {
  Dataset dataset;
  bool any_damage = false;
};

// Reads CAPTURES and says nothing of what is wrong with them, but of those that
// cannot be read at all; fails where there is no flow. `apps`: see LoadOptions.
struct SamplesToRead {
  std::string captures;
  FlowOptions flow;
  FeatureList features;
  int threads = 1;
  std::vector<std::string> apps;
  bool parts = false;  // see LoadOptions
};
Result<LoadedDataset> load_samples(const SamplesToRead& wanted);

// Reads CAPTURES; warns of damage and of captures that gave no flow; fails
// where there is no flow at all. `apps`: see LoadOptions.
Result<Samples> read_samples(const std::string& captures,
                             const FlowOptions& options,
                             const LearnerArguments& learner,
                             std::vector<std::string> apps);

// Fails unless there are at least two apps with flows to tell apart.
Result<void> require_two_apps(const Dataset& dataset,
                              const std::string& captures);

// The refusal where nothing is left to be judged.
tl::unexpected<Error> no_split(const EvaluationSetting& setting);

// Warns of apps with a single capture: no score can be honest about them.
void warn_of_single_captures(const Dataset& dataset);

}  // namespace flowtell
