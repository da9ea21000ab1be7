// SPDX-License-Identifier: Apache-2.0
//
// The feature sets and their columns (docs/features.md).
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "flowtell/error.h"

namespace flowtell {
inline namespace v0 {

// "robust", "classic14", …
inline std::vector<std::string> feature_sets() {
  std::vector<std::string> sets;
  for (std::size_t i = 0;; ++i) {
    const char* set = flowtell_feature_set(i);
    if (set == nullptr) return sets;
    sets.emplace_back(set);
  }
}

// The columns of sets separated by commas, in the order of Flow::features.
inline std::vector<std::string> feature_columns(const std::string& sets) {
  char* text = nullptr;
  detail::call(flowtell_feature_columns, sets.c_str(), &text);
  std::istringstream lines(detail::take_text(text));
  std::vector<std::string> columns;
  for (std::string column; std::getline(lines, column);) {
    columns.push_back(column);
  }
  return columns;
}

}  // namespace v0
}  // namespace flowtell
