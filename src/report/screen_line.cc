// SPDX-License-Identifier: Apache-2.0
#include "report/screen_line.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "report/terminal_text.h"

namespace flowtell {
namespace {

// Parameters of SGR, by CellStyle.
constexpr std::array<std::string_view, 11> kParameters = {
    "", "1", "2", "7", "1;31", "36", "32", "33", "35", "34", "96"};
static_assert(kParameters.size() ==
              static_cast<std::size_t>(CellStyle::kFirstColour) + kColours);

}  // namespace

std::string ScreenLine::draw(std::size_t columns, bool with_colours) const {
  std::string out;
  std::size_t left = columns;
  const auto add = [&](const ScreenCell& cell) {
    const std::size_t width = std::min(cell.width, left);
    if (width == 0) return;
    left -= width;
    const std::string_view parameters =
        is_selected ? "7" : kParameters[static_cast<std::size_t>(cell.style)];
    const bool is_styled = with_colours && !parameters.empty();
    if (is_styled) out += "\x1b[" + std::string(parameters) + "m";
    out += fitted(cell.text, width);
    if (is_styled) out += "\x1b[0m";
  };
  for (const ScreenCell& cell : cells) add(cell);
  add({"", left});
  return out;
}

}  // namespace flowtell
