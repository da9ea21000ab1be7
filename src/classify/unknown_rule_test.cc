// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

std::string reread(std::string_view text) {
  const auto rule = UnknownRule::parse(text);
  return rule ? rule->text() : rule.error().message;
}

TEST(UnknownRule, DefaultsToFloorAndMargin) {
  EXPECT_EQ(UnknownRule{}.text(), "floor=0.25,margin=0.05");
}

TEST(UnknownRule, ParsesItsOwnText) {
  for (const std::string_view text :
       {"never", "floor=0.25,margin=0.05", "floor=1,margin=0",
        "floor=0,margin=1", "floor=0.5,margin=0.125", "max-error=0.05",
        "max-error=0.005", "max-error=0.5"}) {
    EXPECT_EQ(reread(text), text);
  }
}

TEST(UnknownRule, AcceptsPartsInAnyOrderAndDefaultsThemToZero) {
  EXPECT_EQ(reread("margin=0.1,floor=0.2"), "floor=0.2,margin=0.1");
  EXPECT_EQ(reread("floor=0.2"), "floor=0.2,margin=0");
  EXPECT_EQ(reread("margin=0.1"), "floor=0,margin=0.1");
  EXPECT_EQ(reread("floor=0"), "never");
}

TEST(UnknownRule, RejectsInvalidText) {
  for (const std::string_view text :
       {"", "always", "floor", "floor=", "floor=much", "floor=-0.1",
        "floor=1.1", "margin=nan", "floor=inf", "ceiling=0.5", "floor=0.2,",
        ",floor=0.2", "floor=0.2;margin=0.1", "floor=0.2,never", " never",
        "=0.2", "floor==0.2"}) {
    const auto rule = UnknownRule::parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(rule.error().message,
              fmt::format("'{}' is not valid; write never, max-error=0.05, or "
                          "floor=0.25,margin=0.05 with numbers from 0 to 1",
                          text));
  }
}

TEST(UnknownRule, RejectsErrorTargetsOutOfRange) {
  for (const std::string_view number : {"", "0", "0.004", "0.51", "1", "nan",
                                        "-0.1", "much", "0.05,margin=1"}) {
    const auto rule = UnknownRule::parse(fmt::format("max-error={}", number));
    ASSERT_FALSE(rule) << number;
    EXPECT_EQ(rule.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(rule.error().message,
              fmt::format("'max-error={}' is not a valid target error; write a "
                          "share from 0.005 to 0.5, such as max-error=0.05",
                          number));
  }
}

TEST(UnknownRule, ResolvesAnErrorTargetFromTheModel) {
  EvidenceWeights weights;
  for (std::size_t i = 0; i < weights.error_targets.size(); ++i) {
    weights.error_targets[i].floor = 1 - 0.005 * static_cast<double>(i);
  }
  const auto floor = [&](std::string_view text) {
    return UnknownRule::parse(text)->resolved(weights).floor;
  };
  EXPECT_NEAR(floor("max-error=0.005"), 1, 1e-12);
  EXPECT_NEAR(floor("max-error=0.05"), 0.955, 1e-12);
  EXPECT_NEAR(floor("max-error=0.0549"), 0.955, 1e-12) << "the stricter of two";
  EXPECT_NEAR(floor("max-error=0.5"), 0.505, 1e-12);
  EXPECT_EQ(floor("floor=0.25,margin=0.05"), 0.25);
}

TEST(UnknownRule, IsUnknownBelowTheFloor) {
  const UnknownRule rule{0.25, 0};
  EXPECT_TRUE(rule.is_unknown(0.24, 0, 0));
  EXPECT_FALSE(rule.is_unknown(0.25, 0, 0));
}

TEST(UnknownRule, IsUnknownIfTheSecondIsTooClose) {
  const UnknownRule rule{0, 0.25};
  EXPECT_TRUE(rule.is_unknown(0.5, 0.375, 0));
  EXPECT_FALSE(rule.is_unknown(0.5, 0.25, 0));
}

TEST(UnknownRule, CountsTheUnknownAppAsTheSecond) {
  const UnknownRule rule{0, 0.25};
  EXPECT_TRUE(rule.is_unknown(0.5, 0.1, 0.375));
  EXPECT_FALSE(rule.is_unknown(0.5, 0.1, 0.25));
  EXPECT_FALSE((UnknownRule{0, 0, 0.05}).is_unknown(0.5, 0, 0.5))
      << "equal is not greater";
}

TEST(UnknownRule, ResolvesAnErrorTargetWithoutAMargin) {
  EvidenceWeights weights;
  weights.error_targets.fill({0.75, 0.5});
  const UnknownRule resolved = UnknownRule{0, 0.5, 0.05}.resolved(weights);
  EXPECT_EQ(resolved.margin, 0);
  EXPECT_EQ(resolved.floor, 0.75);
  EXPECT_EQ(resolved.error_target, 0.05);
  EXPECT_EQ((UnknownRule{0.5, 0.25, {}}).resolved(weights).margin, 0.25);
}

TEST(UnknownRule, IsUnknownIfTheUnknownAppIsLikelier) {
  EXPECT_TRUE((UnknownRule{0, 0.05, {}}).is_unknown(0.3, 0.1, 0.6));
  EXPECT_TRUE((UnknownRule{0, 0, 0.05}).is_unknown(0.3, 0.1, 0.6));
  EXPECT_FALSE((UnknownRule{0, 0, 0.05}).is_unknown(0.6, 0.1, 0.3));
}

TEST(UnknownRule, IsNeverUnknownUnderNever) {
  const UnknownRule rule = *UnknownRule::parse("never");
  EXPECT_FALSE(rule.is_unknown(0.01, 0.01, 0.98));
  EXPECT_FALSE(rule.is_unknown(0, 0, 1));
}

}  // namespace
}  // namespace flowtell
