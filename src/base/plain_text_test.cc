// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(PlainText, LosesWhatMovesATerminalsCursor) {
  EXPECT_EQ(plain_text("na\u00efve chat"), "na\u00efve chat");
  EXPECT_EQ(plain_text("a\x1b[2J b\nc\x7f"), "a?[2J b?c?");
  EXPECT_EQ(plain_text("\u009b[\u00a0\xc2"), "??[\u00a0?");
  EXPECT_EQ(plain_text(std::string_view("\0", 1)), "?");
}

// What stands in a model is read again as it was stored.
TEST(PlainText, OfPlainTextIsItself) {
  const std::string once = plain_text("\xe2\x82 \x9b \xf8\x88 \u20ac");
  EXPECT_EQ(once, "?? ? ?? \u20ac");
  EXPECT_EQ(plain_text(once), once);
}

}  // namespace
}  // namespace flowtell
