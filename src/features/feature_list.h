// SPDX-License-Identifier: Apache-2.0
//
// The feature sets of a run (`--features classic14,robust`), concatenated into
// one row of columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "features/feature_set.h"

namespace flowtell {

// All feature sets, in the order of help and docs.
const std::vector<FeatureSet>& feature_sets();

class FeatureList {
 public:
  static constexpr std::string_view kDefault = "robust";

  // Parses set names separated by commas. "" selects no set.
  static Result<FeatureList> parse(std::string_view names);

  FeatureList() = default;

  // "classic14", "robust"
  std::vector<std::string> set_names() const;
  std::vector<std::string> column_names() const;
  std::size_t width() const { return width_; }

  // Identifies the names, order and versions of all columns. Two lists measure
  // the same values if and only if their identities are equal.
  std::string identity() const;

  // Writes one value per column. REQUIRES: out.size() == width().
  void measure(const FlowSeries& flow, std::span<double> out) const;

 private:
  std::vector<const FeatureSet*> sets_;
  std::size_t width_ = 0;
};

}  // namespace flowtell
