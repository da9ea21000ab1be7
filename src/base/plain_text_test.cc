// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace flowtell {
namespace {

TEST(PlainText, ReplacesTerminalControls) {
  EXPECT_EQ(plain_text("na\u00efve chat"), "na\u00efve chat");
  EXPECT_EQ(plain_text("a\x1b[2J b\nc\x7f"), "a?[2J b?c?");
  EXPECT_EQ(plain_text("\u009b[\u00a0\xc2"), "??[\u00a0?");
  EXPECT_EQ(plain_text(std::string_view("\0", 1)), "?");
}

// Names stored in a model must survive another pass.
TEST(PlainText, LeavesPlainTextUnchanged) {
  const std::string once = plain_text("\xe2\x82 \x9b \xf8\x88 \u20ac");
  EXPECT_EQ(once, "?? ? ?? \u20ac");
  EXPECT_EQ(plain_text(once), once);
}

// Encodes a code point in `size` bytes (RFC 3629, section 3).
std::string utf8(unsigned point, int size) {
  if (size == 1) return std::string(1, static_cast<char>(point));
  constexpr unsigned kLeads[] = {0, 0, 0xc0, 0xe0, 0xf0};
  std::string bytes;
  for (int i = size - 1; i > 0; --i, point >>= 6) {
    bytes.insert(bytes.begin(), static_cast<char>(0x80 | (point & 0x3f)));
  }
  bytes.insert(bytes.begin(), static_cast<char>(kLeads[size] | point));
  return bytes;
}

bool is_printable(unsigned point) {
  return point >= 0x20 && (point < 0x7f || point >= 0xa0) &&
         (point < 0xd800 || point >= 0xe000) && point <= 0x10ffff;
}

TEST(PrintableSize, CoversEveryPrintableCodePoint) {
  constexpr unsigned kEndOf[] = {0, 0x80, 0x800, 0x10000, 0x140000};
  for (int size = 1; size <= 4; ++size) {
    for (unsigned point = 0; point < kEndOf[size]; ++point) {
      const bool is_shortest = point >= kEndOf[size - 1];
      const std::size_t expected = is_shortest && is_printable(point)
                                       ? static_cast<std::size_t>(size)
                                       : 0;
      ASSERT_EQ(printable_size(utf8(point, size) + "x"), expected)
          << point << " in " << size;
    }
  }
}

TEST(PrintableSize, IsZeroForIncompleteSequences) {
  EXPECT_EQ(printable_size(""), 0u);
  for (const unsigned point : {0xa0u, 0x20acu, 0x1f600u}) {
    const int size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    const std::string whole = utf8(point, size);
    for (std::size_t end = 1; end < whole.size(); ++end) {
      EXPECT_EQ(printable_size(whole.substr(0, end)), 0u);
      EXPECT_EQ(printable_size(whole.substr(0, end) + "xxx"), 0u);
      EXPECT_EQ(printable_size(whole.substr(0, end) + "\xc0\xc0\xc0"), 0u);
    }
    EXPECT_EQ(printable_size(whole.substr(1)), 0u) << "begins in the middle";
  }
  for (unsigned first = 0x80; first < 0xc2; ++first) {
    const std::string bytes(1, static_cast<char>(first));
    EXPECT_EQ(printable_size(bytes), 0u) << first;
    EXPECT_EQ(printable_size(bytes + "\x80\x80\x80"), 0u) << first;
  }
  for (const char* bytes :
       {"\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xff\xbf\xbf\xbf"}) {
    EXPECT_EQ(printable_size(bytes), 0u);
  }
}

}  // namespace
}  // namespace flowtell
