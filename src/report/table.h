// SPDX-License-Identifier: Apache-2.0
//
// A plain text table. Each column is as wide as its widest cell; the first is
// left-aligned, all others right-aligned.
#pragma once

#include <string>
#include <vector>

namespace flowtell {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header)
      : rows_{std::move(header)} {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // Adds a horizontal rule after the rows added so far.
  void add_line() { lines_before_.push_back(rows_.size()); }

  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> lines_before_;
};

// 0.7914 as "79.1"
std::string percent(double share);

}  // namespace flowtell
