// SPDX-License-Identifier: Apache-2.0
//
// Tables as people and spreadsheets save them: in UTF-8 or UTF-16, with or
// without a byte order mark; fields between commas, semicolons, tabs or bars;
// lines that end in LF, CRLF or CR; blanks around fields. Programs write CSV
// (base/text.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flowtell {

// The separators, likeliest first.
inline constexpr std::string_view kSheetSeparators = ",;\t|";

// The text in UTF-8 without a byte order mark. UTF-16 is recognised by its mark
// or by its zero bytes; half a surrogate pair becomes U+FFFD.
std::string sheet_utf8(std::string bytes);

// The text without blanks around it, no-break spaces included.
std::string_view trimmed(std::string_view text);

// Reads records. `text` outlives the reader.
class SheetReader {
 public:
  SheetReader(std::string_view text, char separator)
      : rest_(text), separator_(separator) {}

  // Reads the next record that has any field; false at the end.
  bool next();

  // Blanks around a field are removed, within quotes they are kept.
  const std::vector<std::string>& fields() const { return fields_; }
  // The line the record began on, from 1.
  std::size_t line() const { return line_; }
  // Whether the record opens a quote that nothing closes.
  bool is_unclosed() const { return is_unclosed_; }

 private:
  void read_record();
  bool take_line_end();
  std::string take_field();
  void take_quoted(std::string& field);

  std::string_view rest_;
  char separator_;
  std::vector<std::string> fields_;
  std::size_t line_ = 0;
  std::size_t lines_read_ = 0;
  bool is_unclosed_ = false;
};

}  // namespace flowtell
