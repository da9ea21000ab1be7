// SPDX-License-Identifier: Apache-2.0
#include "base/sheet_text.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

using namespace std::string_literals;
using Fields = std::vector<std::string>;

std::vector<Fields> records_of(std::string_view text, char separator = ',') {
  SheetReader reader(text, separator);
  std::vector<Fields> records;
  while (reader.next()) records.push_back(reader.fields());
  return records;
}

TEST(SheetText, SplitsFields) {
  EXPECT_EQ(records_of("a,b\nc,d"),
            (std::vector<Fields>{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(records_of("a;b,c", ';'), (std::vector<Fields>{{"a", "b,c"}}));
  EXPECT_EQ(records_of("a\t\tb\t", '\t'),
            (std::vector<Fields>{{"a", "", "b", ""}}));
  EXPECT_EQ(records_of(""), std::vector<Fields>{});
  EXPECT_EQ(records_of("\n,,\n \n"), std::vector<Fields>{});
}

TEST(SheetText, KeepsWhatIsQuoted) {
  EXPECT_EQ(records_of("\" a,\"\"b\"\" \" , c"),
            (std::vector<Fields>{{" a,\"b\" ", "c"}}));
  EXPECT_EQ(records_of("\"a\nb\",c"), (std::vector<Fields>{{"a\nb", "c"}}));
  SheetReader open("\"a", ',');
  ASSERT_TRUE(open.next());
  EXPECT_TRUE(open.is_unclosed());
}

TEST(SheetText, CountsLines) {
  SheetReader reader("\r\na\n\n\"b\r\nb\"\rc", ',');
  std::vector<std::size_t> lines;
  while (reader.next()) lines.push_back(reader.line());
  EXPECT_EQ(lines, (std::vector<std::size_t>{2, 4, 6}));
}

TEST(SheetText, IsUtf8) {
  EXPECT_EQ(sheet_utf8("\xef\xbb\xbfhi"), "hi");
  EXPECT_EQ(sheet_utf8("hi"), "hi");
  EXPECT_EQ(sheet_utf8("\xff\xfeh\0i\0"s), "hi");
  EXPECT_EQ(sheet_utf8("\0h\0i"s), "hi");
  EXPECT_EQ(sheet_utf8("\xff\xfe\x3d\xd8"s), "\xef\xbf\xbd");
  EXPECT_EQ(sheet_utf8("\xff\xfe\x3d\xd8h\0"s), "\xef\xbf\xbdh");
  EXPECT_EQ(sheet_utf8("\xff\xfeh"s), "");
  EXPECT_EQ(sheet_utf8("\0\0\0\0"s), "\0\0\0\0"s);
}

}  // namespace
}  // namespace flowtell
