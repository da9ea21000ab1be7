// SPDX-License-Identifier: Apache-2.0
//
// Which features matter for which app: what an app's recall loses when a
// feature is shuffled (learn/out_of_bag.h), and what the feature's value
// usually is for the app.
#pragma once

#include <string>
#include <vector>

#include "learn/forest_builder.h"

namespace flowtell {

struct AppFeature {
  std::string column;
  double lost = 0;                  // the mean over the apps
  std::vector<double> lost_of_app;  // of 1, by AppId
  std::vector<double> median;       // by AppId; 0 for an app without flows
};

// All columns, the one that matters most first. Grows a forest of all rows.
// REQUIRES: a name for each column of the data.
std::vector<AppFeature> app_features(const Dataset& data,
                                     const std::vector<std::string>& columns,
                                     const ForestOptions& options);

}  // namespace flowtell
