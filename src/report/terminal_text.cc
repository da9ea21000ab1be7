// SPDX-License-Identifier: Apache-2.0
#include "report/terminal_text.h"

#include <vector>

namespace flowtell {
namespace {

// How many bytes the code point at the front has; 0 where it is none that may
// stand on a screen: ASCII's controls, the further ones of U+0080 to U+009F,
// and bytes that are no UTF-8 (RFC 3629, section 4), such as a control written
// longer than it need be.
std::size_t printable_size(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  if (first > 0xf4) return 0;
  const std::size_t size = first >= 0xf0   ? 4
                           : first >= 0xe0 ? 3
                           : first >= 0xc2 ? 2
                                           : 0;
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0) != 0x80) return 0;
  }
  switch (first) {
    case 0xc2:  // U+0080 to U+009F
    case 0xe0:  // has a shorter form
      return byte(1) < 0xa0 ? 0 : size;
    case 0xed:  // half of a pair of UTF-16
      return byte(1) >= 0xa0 ? 0 : size;
    case 0xf0:  // has a shorter form
      return byte(1) < 0x90 ? 0 : size;
    case 0xf4:  // beyond U+10FFFF
      return byte(1) >= 0x90 ? 0 : size;
    default:
      return size;
  }
}

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
