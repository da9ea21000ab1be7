// SPDX-License-Identifier: Apache-2.0
//
// A small table in plain text: columns as wide as their widest cell, the first
// to the left, all others to the right.
#pragma once

#include <string>
#include <vector>

namespace flowtell {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header)
      : rows_{std::move(header)} {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // A line across, between the rows added before and after.
  void add_line() { lines_before_.push_back(rows_.size()); }

  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> lines_before_;
};

// 0.7914 as "79.1"
std::string percent(double share);

}  // namespace flowtell
