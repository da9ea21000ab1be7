// SPDX-License-Identifier: Apache-2.0
//
// Measures the features of flows, one at a time, in buffers of its own. One
// thread at a time.
#pragma once

#include <span>
#include <vector>

#include "features/feature_list.h"
#include "features/flow_series.h"

namespace flowtell {

class FlowMeasurer {
 public:
  explicit FlowMeasurer(FeatureList features)
      : features_(std::move(features)), values_(features_.width()) {}

  const FeatureList& features() const { return features_; }

  // One value per column, valid until the next call.
  std::span<const double> measure(const Flow& flow) {
    series_.assign(flow);
    features_.measure(series_, values_);
    return values_;
  }

  // Appends the values, rounded to the precision that models use.
  void append_row(const Flow& flow, std::vector<float>& rows) {
    for (const double value : measure(flow)) {
      rows.push_back(static_cast<float>(value));
    }
  }

 private:
  FeatureList features_;
  FlowSeries series_;
  std::vector<double> values_;
};

}  // namespace flowtell
