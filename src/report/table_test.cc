// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(TextTable, AlignsTheFirstColumnLeftAndOthersRight) {
  TextTable table({"app", "flows", "%"});
  table.add({"chat", "7", "100.0"});
  table.add({"a long name", "12345", "0.1"});
  EXPECT_EQ(table.text(),
            "app          flows      %\n"
            "-------------------------\n"
            "chat             7  100.0\n"
            "a long name  12345    0.1\n");
}

TEST(TextTable, DrawsAddedLines) {
  TextTable table({"app", "flows"});
  table.add({"chat", "7"});
  table.add_line();
  table.add({"all", "7"});
  EXPECT_EQ(table.text(),
            "app   flows\n"
            "-----------\n"
            "chat      7\n"
            "-----------\n"
            "all       7\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  TextTable table({"app", "flows"});
  table.add({"vidéo", "1"});
  table.add({"видео", "2"});
  table.add({"video", "3"});
  EXPECT_EQ(table.text(),
            "app    flows\n"
            "------------\n"
            "vidéo      1\n"
            "видео      2\n"
            "video      3\n");
}

TEST(TextTable, HasNoTrailingSpaces) {
  TextTable table({"app", ""});
  table.add({"chat", ""});
  EXPECT_EQ(table.text(), "app\n------\nchat\n");
}

TEST(TextTable, MayHaveAHeaderAlone) {
  EXPECT_EQ(TextTable({"app", "flows"}).text(), "app  flows\n");
}

TEST(Percent, HasOneDecimal) {
  EXPECT_EQ(percent(0), "0.0");
  EXPECT_EQ(percent(1), "100.0");
  EXPECT_EQ(percent(0.7914), "79.1");
  EXPECT_EQ(percent(-0.02), "-2.0");
}

}  // namespace
}  // namespace flowtell
