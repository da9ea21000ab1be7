// SPDX-License-Identifier: Apache-2.0
#include "report/quantity.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace flowtell {

std::string grouped_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"kB", "MB", "GB",
                                                      "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  // From 999.95 on, it would be rounded to four digits.
  while (size >= 999.95) {
    size /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string clock_text(Duration duration) {
  const auto seconds = duration / std::chrono::seconds(1);
  const auto minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{}:{:02}", minutes, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", minutes / 60, minutes % 60,
                     seconds % 60);
}

}  // namespace flowtell
