// SPDX-License-Identifier: Apache-2.0
//
// The feature sets chosen for a run (`--features classic14,robust`), as one row
// of columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "features/feature_set.h"

namespace flowtell {

// All there are, in the order in which help and docs show them.
const std::vector<FeatureSet>& feature_sets();

class FeatureList {
 public:
  static constexpr std::string_view kDefault = "robust";

  // Names of sets, separated by commas; "" chooses none.
  static Result<FeatureList> parse(std::string_view names);

  FeatureList() = default;

  // "classic14", "robust"
  std::vector<std::string> set_names() const;
  std::vector<std::string> column_names() const;
  std::size_t width() const { return width_; }

  // Stands for the names, order and versions of all columns: two lists measure
  // the same exactly if their identities are equal.
  std::string identity() const;

  // Fills one value a column. REQUIRES: out.size() == width().
  void measure(const FlowSeries& flow, std::span<double> out) const;

 private:
  std::vector<const FeatureSet*> sets_;
  std::size_t width_ = 0;
};

}  // namespace flowtell
