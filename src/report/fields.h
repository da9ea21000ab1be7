// SPDX-License-Identifier: Apache-2.0
//
// Appends the fields of a line. Equivalent to fmt::format, but without parsing
// a format string for each line: lines are most of the program's output.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <string>
#include <string_view>

namespace flowtell {

inline void append_field(std::string& out, std::string_view text) {
  out += text;
}

template <std::unsigned_integral Number>
void append_field(std::string& out, Number number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

// "a", 1, "b" with ',' as "a,1,b"
template <typename First, typename... More>
void append_fields(std::string& out, char separator, const First& first,
                   const More&... more) {
  append_field(out, first);
  ((out += separator, append_field(out, more)), ...);
}

}  // namespace flowtell
