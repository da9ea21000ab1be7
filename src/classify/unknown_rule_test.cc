// SPDX-License-Identifier: Apache-2.0
#include "classify/unknown_rule.h"

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
        "floor=0,margin=1", "floor=0.5,margin=0.125", "promise=0.05",
        "promise=0.005", "promise=0.5"}) {
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
    EXPECT_EQ(
        rule.error().message,
        fmt::format("'{}' is no rule for unknown; write never, promise=0.05, "
                    "or floor=0.25,margin=0.05 with numbers from 0 to 1",
                    text));
  }
}

TEST(UnknownRule, PromisesOnlyWhatWasMeasured) {
  for (const std::string_view number : {"", "0", "0.004", "0.51", "1", "nan",
                                        "-0.1", "much", "0.05,margin=1"}) {
    const auto rule = UnknownRule::parse(fmt::format("promise={}", number));
    ASSERT_FALSE(rule) << number;
    EXPECT_EQ(rule.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(rule.error().message,
              fmt::format("'promise={}' cannot be promised; write a share of "
                          "errors from 0.005 to 0.5, such as promise=0.05",
                          number));
  }
}

TEST(UnknownRule, SettlesAPromiseByWhatWasLearned) {
  EvidenceWeights learned;
  for (std::size_t i = 0; i < learned.error_targets.size(); ++i) {
    learned.error_targets[i].floor = 1 - 0.005 * static_cast<double>(i);
  }
  const auto floor = [&](std::string_view text) {
    return UnknownRule::parse(text)->settled(learned).floor;
  };
  EXPECT_NEAR(floor("promise=0.005"), 1, 1e-12);
  EXPECT_NEAR(floor("promise=0.05"), 0.955, 1e-12);
  EXPECT_NEAR(floor("promise=0.0549"), 0.955, 1e-12) << "the stricter of two";
  EXPECT_NEAR(floor("promise=0.5"), 0.505, 1e-12);
  EXPECT_EQ(floor("floor=0.25,margin=0.05"), 0.25);
}

TEST(UnknownRule, SaysUnknownBelowTheFloor) {
  const UnknownRule rule{0.25, 0};
  EXPECT_TRUE(rule.is_unknown(0.24, 0, 0));
  EXPECT_FALSE(rule.is_unknown(0.25, 0, 0));
}

TEST(UnknownRule, SaysUnknownWhereTheSecondIsTooNear) {
  const UnknownRule rule{0, 0.25};
  EXPECT_TRUE(rule.is_unknown(0.5, 0.375, 0));
  EXPECT_FALSE(rule.is_unknown(0.5, 0.25, 0));
}

TEST(UnknownRule, LetsAnyOtherAppBeTheSecond) {
  const UnknownRule rule{0, 0.25};
  EXPECT_TRUE(rule.is_unknown(0.5, 0.1, 0.375));
  EXPECT_FALSE(rule.is_unknown(0.5, 0.1, 0.25));
  EXPECT_FALSE((UnknownRule{0, 0, 0.05}).is_unknown(0.5, 0, 0.5))
      << "as likely is not likelier";
}

TEST(UnknownRule, SettlesAPromiseWithoutAMargin) {
  EvidenceWeights learned;
  learned.error_targets.fill({0.75, 0.5});
  const UnknownRule settled = UnknownRule{0, 0.5, 0.05}.settled(learned);
  EXPECT_EQ(settled.margin, 0);
  EXPECT_EQ(settled.floor, 0.75);
  EXPECT_EQ(settled.error_target, 0.05);
  EXPECT_EQ((UnknownRule{0.5, 0.25, {}}).settled(learned).margin, 0.25);
}

TEST(UnknownRule, SaysUnknownWhereAnyOtherAppIsLikelier) {
  EXPECT_TRUE((UnknownRule{0, 0.05, {}}).is_unknown(0.3, 0.1, 0.6));
  EXPECT_TRUE((UnknownRule{0, 0, 0.05}).is_unknown(0.3, 0.1, 0.6));
  EXPECT_FALSE((UnknownRule{0, 0, 0.05}).is_unknown(0.6, 0.1, 0.3));
}

TEST(UnknownRule, NeverSaysUnknownWhereItIsNever) {
  const UnknownRule rule = *UnknownRule::parse("never");
  EXPECT_FALSE(rule.is_unknown(0.01, 0.01, 0.98));
  EXPECT_FALSE(rule.is_unknown(0, 0, 1));
}

}  // namespace
}  // namespace flowtell
