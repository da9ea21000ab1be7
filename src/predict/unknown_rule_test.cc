// SPDX-License-Identifier: Apache-2.0
#include "predict/unknown_rule.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

std::string reread(std::string_view text) {
  const auto rule = UnknownRule::parse(text);
  return rule ? rule->text() : rule.error().message;
}

TEST(UnknownRule, IsTheClassicOneUnlessAskedOtherwise) {
  EXPECT_EQ(UnknownRule{}.text(), "floor=0.25,margin=0.05");
}

TEST(UnknownRule, IsReadBackAsItIsWritten) {
  for (const std::string_view text :
       {"never", "floor=0.25,margin=0.05", "floor=1,margin=0",
        "floor=0,margin=1", "floor=0.5,margin=0.125"}) {
    EXPECT_EQ(reread(text), text);
  }
}

TEST(UnknownRule, TakesItsPartsInAnyOrderAndTheMissingOneAsNothing) {
  EXPECT_EQ(reread("margin=0.1,floor=0.2"), "floor=0.2,margin=0.1");
  EXPECT_EQ(reread("floor=0.2"), "floor=0.2,margin=0");
  EXPECT_EQ(reread("margin=0.1"), "floor=0,margin=0.1");
  EXPECT_EQ(reread("floor=0"), "never");
}

TEST(UnknownRule, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "always", "floor", "floor=", "floor=much", "floor=-0.1",
        "floor=1.1", "margin=nan", "floor=inf", "ceiling=0.5", "floor=0.2,",
        ",floor=0.2", "floor=0.2;margin=0.1", "floor=0.2,never", " never",
        "=0.2", "floor==0.2"}) {
    const auto rule = UnknownRule::parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(rule.error().message,
              fmt::format("'{}' is no rule for unknown; write never, or "
                          "floor=0.25,margin=0.05 with numbers from 0 to 1",
                          text));
  }
}

TEST(UnknownRule, SaysUnknownBelowTheFloor) {
  const UnknownRule rule{0.25, 0};
  EXPECT_TRUE(rule.is_unknown(0.24, 0));
  EXPECT_FALSE(rule.is_unknown(0.25, 0));
}

TEST(UnknownRule, SaysUnknownWhereTheSecondIsTooNear) {
  const UnknownRule rule{0, 0.25};
  EXPECT_TRUE(rule.is_unknown(0.5, 0.375));
  EXPECT_FALSE(rule.is_unknown(0.5, 0.25));
}

TEST(UnknownRule, NeverSaysUnknownWhereItIsNever) {
  const UnknownRule rule = *UnknownRule::parse("never");
  EXPECT_FALSE(rule.is_unknown(0.01, 0.01));
  EXPECT_FALSE(rule.is_unknown(0, 0));
}

}  // namespace
}  // namespace flowtell
