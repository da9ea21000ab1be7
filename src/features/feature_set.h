// SPDX-License-Identifier: Apache-2.0
//
// A feature set: named columns, and the one function that fills them for a
// flow. The CSV header, --help, docs/features.md and the models all follow
// from it; to add a column, add a line to a set's table and its value in the
// set's function.
//
// Every value of every set is finite for every flow, with whatever edge case
// (one packet, one direction, no gap, no variance) defined in the meaning.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/flow_series.h"

namespace flowtell {

struct FeatureColumn {
  std::string name;     // unlike any other's, of whatever set
  std::string unit;     // "bytes", "seconds", "" for a pure number
  std::string meaning;  // one line, with the edge cases
};

struct FeatureSet {
  std::string_view name;
  std::string_view purpose;
  // Raised when a column's definition changes: models of another refuse.
  std::uint32_t version;
  std::vector<FeatureColumn> columns;
  // Fills one value a column. REQUIRES: out.size() == columns.size().
  void (*measure)(const FlowSeries& flow, std::span<double> out);
};

// One file each: src/measure/<name>.cc
FeatureSet classic14();
FeatureSet appscanner54();
FeatureSet robust();

}  // namespace flowtell
