// SPDX-License-Identifier: Apache-2.0
//
// A line of a text screen: cells of fixed widths, each in one style. Styles are
// ECMA-48's; without colours the text is the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowtell {

enum class CellStyle : std::uint8_t {
  kPlain,
  kBold,
  kFaint,
  kReverse,
  kAlert,
  kFirstColour,  // of kColours
};
inline constexpr std::size_t kColours = 6;

// A style for the n-th of several things, such as apps.
constexpr CellStyle colour(std::size_t n) {
  return static_cast<CellStyle>(
      static_cast<std::size_t>(CellStyle::kFirstColour) + n % kColours);
}

struct ScreenCell {
  std::string text;  // fitted when the line is drawn
  std::size_t width;
  CellStyle style = CellStyle::kPlain;
};

struct ScreenLine {
  std::vector<ScreenCell> cells;
  bool is_selected = false;

  // The rest of the line.
  static constexpr std::size_t kRest = std::string::npos;

  static ScreenLine of(std::string text, CellStyle style = CellStyle::kPlain) {
    return {{{std::move(text), kRest, style}}};
  }

  // In exactly `columns` columns, by `fitted` (terminal_text.h).
  std::string draw(std::size_t columns, bool with_colours) const;
};

}  // namespace flowtell
