// SPDX-License-Identifier: Apache-2.0
#include "report/terminal_text.h"

#include <vector>

#include "base/text.h"

namespace flowtell {
namespace {

std::vector<std::string> columns_of(std::string_view text) {
  std::vector<std::string> columns;
  while (!text.empty()) {
    const std::size_t size = printable_size(text);
    columns.emplace_back(size > 0 ? text.substr(0, size) : "?");
    text.remove_prefix(size > 0 ? size : 1);
  }
  return columns;
}

enum class Side { kLeft, kRight };

std::string fit(std::string_view text, std::size_t width, Side side) {
  std::vector<std::string> columns = columns_of(text);
  if (columns.size() > width) {
    columns.resize(width);
    if (width > 0) columns.back() = "~";
  }
  const std::string blanks(width - columns.size(), ' ');
  std::string out = side == Side::kRight ? blanks : "";
  for (const std::string& column : columns) out += column;
  return side == Side::kLeft ? out + blanks : out;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t width) {
  return fit(text, width, Side::kLeft);
}

std::string fitted_right(std::string_view text, std::size_t width) {
  return fit(text, width, Side::kRight);
}

}  // namespace flowtell
