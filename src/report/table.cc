// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace flowtell {
namespace {

constexpr std::size_t kColumnGap = 2;  // spaces

// The number of UTF-8 code points.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::size_t total_width = 0;
  for (const std::size_t width : widths) total_width += width + kColumnGap;
  const std::string line = std::string(total_width - kColumnGap, '-') + '\n';

  std::string out;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const bool has_line =
        r == 1 || std::count(lines_before_.begin(), lines_before_.end(), r) > 0;
    if (has_line) out += line;
    std::string text;
    for (std::size_t i = 0; i < rows_[r].size(); ++i) {
      const std::string& cell = rows_[r][i];
      const std::string padding(widths[i] - width_of(cell), ' ');
      if (i > 0) text += std::string(kColumnGap, ' ');
      text += i == 0 ? cell + padding : padding + cell;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  }
  return out;
}

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

}  // namespace flowtell
