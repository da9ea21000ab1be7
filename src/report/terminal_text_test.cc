// SPDX-License-Identifier: Apache-2.0
#include "report/terminal_text.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace flowtell {
namespace {

TEST(Fitted, PadsWithSpaces) {
  EXPECT_EQ(fitted("phone", 8), "phone   ");
  EXPECT_EQ(fitted_right("12", 5), "   12");
  EXPECT_EQ(fitted("", 2), "  ");
  EXPECT_EQ(fitted("phone", 5), "phone");
}

TEST(Fitted, MarksCutText) {
  EXPECT_EQ(fitted("a telephone", 5), "a te~");
  EXPECT_EQ(fitted_right("1234567", 3), "12~");
  EXPECT_EQ(fitted("phone", 1), "~");
  EXPECT_EQ(fitted("phone", 0), "");
}

TEST(Fitted, CountsACodePointAsOneColumn) {
  EXPECT_EQ(fitted("vid\u00e9o", 6), "vid\u00e9o ");
  EXPECT_EQ(fitted("vid\u00e9o", 4), "vid~");
  EXPECT_EQ(fitted("\u00e9\u20ac\U0001f600", 3), "\u00e9\u20ac\U0001f600");
  EXPECT_EQ(fitted_right("\u00e9", 3), "  \u00e9");
}

TEST(Fitted, ReplacesControlCharacters) {
  EXPECT_EQ(fitted("\x1b[2Jgone", 10), "?[2Jgone  ");
  EXPECT_EQ(fitted("a\r\nb\tc\x7f", 7), "a??b?c?");
  EXPECT_EQ(fitted(std::string_view("\0x", 2), 2), "?x");
  EXPECT_EQ(fitted("\u0080\u009b\u009f", 6), "??????") << "8-bit controls";
  EXPECT_EQ(fitted("\u00a0", 1), "\u00a0") << "the first that is no control";
}

TEST(Fitted, ReplacesInvalidUtf8) {
  EXPECT_EQ(fitted("\x9b"
                   "31m",
                   4),
            "?31m")
      << "no lead byte";
  EXPECT_EQ(fitted("\xe2\x82", 3), "?? ") << "cut in the middle";
  EXPECT_EQ(fitted("\xc3z", 2), "?z");
  EXPECT_EQ(fitted("\xff\xfe", 2), "??");
}

// Lenient decoders would read control characters here.
TEST(Fitted, ReplacesOverlongForms) {
  EXPECT_EQ(fitted("\xc0\x9b", 2), "??") << "escape in two bytes";
  EXPECT_EQ(fitted("\xc1\xbf", 2), "??");
  EXPECT_EQ(fitted("\xe0\x80\x9b", 3), "???") << "escape in three";
  EXPECT_EQ(fitted("\xe0\x82\x9b", 3), "???") << "U+009B in three";
  EXPECT_EQ(fitted("\xf0\x80\x82\x9b", 4), "????") << "and in four";
  EXPECT_EQ(fitted("\xed\xa0\x80", 3), "???") << "half a pair";
  EXPECT_EQ(fitted("\xf4\x90\x80\x80", 4), "????") << "beyond U+10FFFF";
  EXPECT_EQ(fitted("\xf8\x88\x80\x80\x80", 5), "?????");
}

TEST(Fitted, KeepsTheFirstAndLastOfEachLength) {
  for (const char* text : {"\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff",
                           "\U00010000", "\U0010ffff"}) {
    EXPECT_EQ(fitted(text, 1), text);
  }
}

// The columns of valid text. Expects no control characters.
std::size_t columns_of(const std::string& text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE(byte >= 0x20 && byte != 0x7f);
    if ((byte & 0xc0) != 0x80) ++columns;
  }
  return columns;
}

TEST(Fitted, HasTheGivenWidthForAnyBytes) {
  Random random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes;
    for (std::uint32_t left = random.below(12); left > 0; --left) {
      bytes += static_cast<char>(random.below(256));
    }
    const std::size_t width = random.below(10);
    ASSERT_EQ(columns_of(fitted(bytes, width)), width);
    ASSERT_EQ(columns_of(fitted_right(bytes, width)), width);
  }
}

}  // namespace
}  // namespace flowtell
