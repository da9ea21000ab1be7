// SPDX-License-Identifier: Apache-2.0
//
// Text helpers: lists, numbers in options, CSV lines, untrusted text.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowtell {

// Splits at each separator: "a,b" gives "a" and "b"; "" gives none.
std::vector<std::string_view> split(std::string_view text, char separator);

// The number that the whole text spells, or nothing.
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

// A CSV field (RFC 4180), quoted if necessary.
std::string csv_field(std::string_view text);

// Removes the first CSV record from `rest` and returns its fields. Quoted
// fields may contain commas, quotes ("") and line breaks.
std::vector<std::string> take_csv_record(std::string_view& rest);

// Makes untrusted text safe to print: it cannot control the terminal.

// Size in bytes of the code point at the front; 0 if it is not printable. Not
// printable are the ASCII controls, the controls U+0080 to U+009F, and bytes
// that are not valid UTF-8 (RFC 3629, section 4), overlong forms included.
std::size_t printable_size(std::string_view text);

// The text with each unprintable byte replaced by '?'.
std::string plain_text(std::string_view text);

}  // namespace flowtell
