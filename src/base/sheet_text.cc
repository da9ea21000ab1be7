// SPDX-License-Identifier: Apache-2.0
#include "base/sheet_text.h"

#include <algorithm>
#include <cstdint>

namespace flowtell {
namespace {

constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

enum class Utf16 { kNo, kLittle, kBig };

// The order of bytes, and removes the mark that says so.
Utf16 take_byte_order(std::string_view& bytes) {
  const auto mark = bytes.substr(0, 2);
  if (mark == "\xff\xfe" || mark == "\xfe\xff") {
    bytes.remove_prefix(2);
    return mark == "\xff\xfe" ? Utf16::kLittle : Utf16::kBig;
  }
  // The first line of a table is ASCII: every other byte of UTF-16 is zero.
  if (bytes.size() < 4) return Utf16::kNo;
  const auto is_zero = [&](std::size_t i) { return bytes[i] == '\0'; };
  if (!is_zero(0) && is_zero(1) && !is_zero(2) && is_zero(3)) {
    return Utf16::kLittle;
  }
  if (is_zero(0) && !is_zero(1) && is_zero(2) && !is_zero(3)) {
    return Utf16::kBig;
  }
  return Utf16::kNo;
}

void append_utf8(std::uint32_t code, std::string& text) {
  const auto add = [&](std::uint32_t byte) {
    text += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
    return add(0x80 | (code & 0x3f));
  }
  if (code < 0x10000) {
    add(0xe0 | code >> 12);
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
  }
  add(0x80 | (code >> 6 & 0x3f));
  add(0x80 | (code & 0x3f));
}

std::string from_utf16(std::string_view bytes, Utf16 order) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const auto unit = [&](std::size_t at) {
    const std::uint32_t first = static_cast<unsigned char>(bytes[at]);
    const std::uint32_t second = static_cast<unsigned char>(bytes[at + 1]);
    return order == Utf16::kLittle ? first | second << 8 : second | first << 8;
  };
  std::string text;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t code = unit(at);
    if (code >= 0xd800 && code < 0xe000) {
      const std::uint32_t low = at + 3 < bytes.size() ? unit(at + 2) : 0;
      const bool is_pair = code < 0xdc00 && low >= 0xdc00 && low < 0xe000;
      code = is_pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
                     : kReplacement;
      if (is_pair) at += 2;
    }
    append_utf8(code, text);
  }
  return text;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

std::string sheet_utf8(std::string bytes) {
  std::string_view rest = bytes;
  const Utf16 order = take_byte_order(rest);
  std::string text =
      order == Utf16::kNo ? std::move(bytes) : from_utf16(rest, order);
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return text;
}

std::string_view trimmed(std::string_view text) {
  for (;;) {
    if (text.starts_with(kNoBreakSpace)) {
      text.remove_prefix(kNoBreakSpace.size());
    } else if (text.ends_with(kNoBreakSpace)) {
      text.remove_suffix(kNoBreakSpace.size());
    } else if (!text.empty() && is_blank(text.front())) {
      text.remove_prefix(1);
    } else if (!text.empty() && is_blank(text.back())) {
      text.remove_suffix(1);
    } else {
      return text;
    }
  }
}

bool SheetReader::next() {
  while (!rest_.empty()) {
    read_record();
    const bool has_field = std::ranges::any_of(
        fields_, [](const std::string& field) { return !field.empty(); });
    if (has_field || is_unclosed_) return true;
  }
  return false;
}

void SheetReader::read_record() {
  line_ = lines_read_ + 1;
  fields_.clear();
  is_unclosed_ = false;
  for (;;) {
    fields_.push_back(take_field());
    if (rest_.empty() || take_line_end()) return;
    rest_.remove_prefix(1);  // the separator
    if (rest_.empty()) fields_.emplace_back();
    if (rest_.empty()) return;
  }
}

bool SheetReader::take_line_end() {
  const bool has_return = rest_.starts_with('\r');
  if (has_return) rest_.remove_prefix(1);
  const bool has_feed = rest_.starts_with('\n');
  if (has_feed) rest_.remove_prefix(1);
  if (has_return || has_feed) ++lines_read_;
  return has_return || has_feed;
}

// Up to a separator or the end of the line.
std::string SheetReader::take_field() {
  std::string field;
  while (!rest_.empty() && rest_.front() != separator_ && is_blank(rest_[0])) {
    rest_.remove_prefix(1);
  }
  if (rest_.starts_with('"')) take_quoted(field);
  const char ends[] = {separator_, '\r', '\n'};
  const std::size_t end =
      std::min(rest_.find_first_of(std::string_view(ends, 3)), rest_.size());
  field += trimmed(rest_.substr(0, end));
  rest_.remove_prefix(end);
  return field;
}

void SheetReader::take_quoted(std::string& field) {
  rest_.remove_prefix(1);
  while (!rest_.empty()) {
    if (rest_.front() == '"') {
      rest_.remove_prefix(1);
      if (!rest_.starts_with('"')) return;
    } else if (rest_.front() == '\n' ||
               (rest_.front() == '\r' && !rest_.substr(1).starts_with('\n'))) {
      ++lines_read_;
    }
    field += rest_.front();
    rest_.remove_prefix(1);
  }
  is_unclosed_ = true;
}

}  // namespace flowtell
