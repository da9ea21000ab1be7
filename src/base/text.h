// SPDX-License-Identifier: Apache-2.0
//
// Small words about text: parts of lists, numbers in options, CSV lines.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowtell {

// The parts between separators: "a,b" gives "a" and "b"; "" gives none.
std::vector<std::string_view> split(std::string_view text, char separator);

// The whole text as a number, or nothing.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return number;
}

// "a, b and c"
std::string listed(const std::vector<std::string>& items);

// "1 flow", "2 flows"
std::string counted(std::uint64_t count, std::string_view noun);

// A field as CSV writes it (RFC 4180): quoted where it has to be.
std::string csv_field(std::string_view text);

// The fields of the CSV record at the front of `rest`, which moves past it.
// Quoted fields may hold commas, quotes ("") and line breaks.
std::vector<std::string> take_csv_record(std::string_view& rest);

}  // namespace flowtell
