// SPDX-License-Identifier: Apache-2.0
//
// A feature set: named columns, and the function that fills them for a flow.
// The CSV header, --help, docs/features.md and the models derive from the
// table. To add a column, add a line to the table and a value to the function.
//
// Every value is finite for every flow. `meaning` defines the value of each
// edge case (one packet, one direction, no gap, no variance).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/flow_series.h"

namespace flowtell {

struct FeatureColumn {
  std::string name;     // unique among all sets
  std::string unit;     // "bytes", "seconds", "" for a pure number
  std::string meaning;  // one line, with the edge cases
};

struct FeatureSet {
  std::string_view name;
  std::string_view purpose;
  // Raised when a column's definition changes. Models of another version are
  // rejected.
  std::uint32_t version;
  std::vector<FeatureColumn> columns;
  // Writes one value per column. REQUIRES: out.size() == columns.size().
  void (*measure)(const FlowSeries& flow, std::span<double> out);
};

// Each is defined in src/features/<name>.cc.
FeatureSet classic14();
FeatureSet appscanner54();
FeatureSet robust();

}  // namespace flowtell
