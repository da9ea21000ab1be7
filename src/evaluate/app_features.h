// SPDX-License-Identifier: Apache-2.0
//
// Feature importance per app: the loss of the app's recall when a feature is
// shuffled (learn/out_of_bag.h), and the feature's median for the app.
#pragma once

#include <string>
#include <vector>

#include "learn/forest_builder.h"

namespace flowtell {

struct AppFeature {
  std::string column;
  double lost = 0;                         // mean loss of recall over the apps
  std::vector<double> recall_loss_by_app;  // from 0 to 1, by AppId
  std::vector<double> median;  // by AppId; 0 for an app without flows
};

// Returns all columns, most important first. Trains a forest on all rows.
// REQUIRES: `columns` names each column of the data.
std::vector<AppFeature> app_features(const Dataset& data,
                                     const std::vector<std::string>& columns,
                                     const ForestOptions& options);

}  // namespace flowtell
