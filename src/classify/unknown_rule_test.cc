// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict.h"

#include <gtest/gtest.h>

#include <vector>

namespace flowtell {
namespace {

std::string reread(std::string_view text) {
  const auto rule = UnknownRule::parse(text);
  return rule ? rule->text() : rule.error().message;
}

TEST(UnknownRule, DefaultsToTheLimitOfTheUnknownScore) {
  EXPECT_EQ(UnknownRule{}.text(), "max-false-unknown=0.05");
}

TEST(UnknownRule, ParsesItsOwnText) {
  for (const std::string_view text :
       {"never", "floor=0.25,margin=0.05", "floor=1,margin=0",
        "floor=0,margin=1", "floor=0.5,margin=0.125", "max-error=0.05",
        "max-error=0.005", "max-error=0.5", "max-false-unknown=0.05",
        "max-false-unknown=0.005", "max-false-unknown=0.5",
        "max-false-unknown=0.1,max-error=0.05",
        "max-false-unknown=0.1,floor=0.25,margin=0",
        "max-error=0.1,floor=0,margin=0.05",
        "max-false-unknown=0.1,max-error=0.05,floor=0.25,margin=0.05"}) {
    EXPECT_EQ(reread(text), text);
  }
}

TEST(UnknownRule, AcceptsPartsInAnyOrder) {
  EXPECT_EQ(reread("margin=0.1,floor=0.2"), "floor=0.2,margin=0.1");
  EXPECT_EQ(reread("margin=0.1,max-error=0.02,floor=0.2,max-false-unknown=0.3"),
            "max-false-unknown=0.3,max-error=0.02,floor=0.2,margin=0.1");
}

// The default applies only where no rule is given.
TEST(UnknownRule, LeavesOutThePartsNotGiven) {
  EXPECT_EQ(reread("floor=0.2"), "floor=0.2,margin=0");
  EXPECT_EQ(reread("margin=0.1"), "floor=0,margin=0.1");
  EXPECT_EQ(reread("floor=0"), "never");
  const UnknownRule rule = *UnknownRule::parse("max-error=0.05");
  EXPECT_FALSE(rule.max_false_unknown);
  EXPECT_EQ(rule.floor, 0);
  EXPECT_EQ(rule.margin, 0);
  EXPECT_EQ(UnknownRule::never().text(), "never");
}

TEST(UnknownRule, RejectsInvalidText) {
  for (const std::string_view text : {"",
                                      "always",
                                      "floor",
                                      "floor=",
                                      "floor=much",
                                      "floor=-0.1",
                                      "floor=1.1",
                                      "margin=nan",
                                      "floor=inf",
                                      "ceiling=0.5",
                                      "floor=0.2,",
                                      ",floor=0.2",
                                      "floor=0.2;margin=0.1",
                                      "floor=0.2,never",
                                      " never",
                                      "=0.2",
                                      "floor==0.2",
                                      "never,floor=0.2",
                                      "max-error",
                                      "max-false=0.05",
                                      "max_error=0.05",
                                      "max-false-unknown=0.05,",
                                      "Floor=0.2"}) {
    const auto rule = UnknownRule::parse(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(rule.error().message,
              fmt::format("'{}' is not valid; write never, or "
                          "max-false-unknown=0.05, max-error=0.05, floor=0.25 "
                          "or margin=0.05, or several with commas between",
                          text));
  }
}

TEST(UnknownRule, RejectsSharesOutOfRange) {
  for (const std::string_view name : {"max-false-unknown", "max-error"}) {
    for (const std::string_view number :
         {"", "0", "0.004", "0.51", "1", "nan", "inf", "-0.1", "much"}) {
      for (const std::string_view more : {"", ",floor=0.25"}) {
        const auto rule =
            UnknownRule::parse(fmt::format("{}={}{}", name, number, more));
        ASSERT_FALSE(rule) << name << number;
        EXPECT_EQ(rule.error().kind, ErrorKind::kUsage);
        EXPECT_EQ(rule.error().message,
                  fmt::format("'{0}={1}' is out of range; write a share from "
                              "0.005 to 0.5, such as {0}=0.05",
                              name, number));
      }
    }
  }
}

// Weights whose tables of error targets and thresholds differ by step.
EvidenceWeights stepped_weights() {
  EvidenceWeights weights;
  for (std::size_t i = 0; i < weights.error_targets.size(); ++i) {
    weights.error_targets[i].floor = 1 - 0.005 * static_cast<double>(i);
    weights.unknown.thresholds[i] = 0.9 - 0.005 * static_cast<double>(i);
  }
  return weights;
}

VerdictLimits limits(std::string_view text) {
  return UnknownRule::parse(text)->limits(stepped_weights());
}

TEST(UnknownRule, ReadsTheFloorOfAnErrorTargetFromTheModel) {
  const auto floor = [](std::string_view text) { return limits(text).floor; };
  EXPECT_NEAR(floor("max-error=0.005"), 1, 1e-12);
  EXPECT_NEAR(floor("max-error=0.05"), 0.955, 1e-12);
  EXPECT_NEAR(floor("max-error=0.0549"), 0.955, 1e-12) << "the stricter of two";
  EXPECT_NEAR(floor("max-error=0.5"), 0.505, 1e-12);
  EXPECT_EQ(floor("floor=0.25,margin=0.05"), 0.25);
}

TEST(UnknownRule, ReadsTheLimitOfTheUnknownScoreFromTheModel) {
  const auto limit = [](std::string_view text) {
    return limits(text).max_unknown_score;
  };
  EXPECT_NEAR(limit("max-false-unknown=0.005"), 0.9, 1e-12);
  EXPECT_NEAR(limit("max-false-unknown=0.05"), 0.855, 1e-12);
  EXPECT_NEAR(limit("max-false-unknown=0.0549"), 0.855, 1e-12)
      << "the stricter of two";
  EXPECT_NEAR(limit("max-false-unknown=0.5"), 0.405, 1e-12);
  EXPECT_EQ(limit("never"), 1);
  EXPECT_EQ(limit("max-error=0.05,floor=0.9,margin=0.05"), 1);
  EXPECT_EQ(UnknownRule{}.limits(EvidenceWeights{}).max_unknown_score, 1)
      << "no unknown score was learned";
}

TEST(UnknownRule, CombinesItsParts) {
  const VerdictLimits all =
      limits("max-false-unknown=0.1,max-error=0.05,floor=0.25,margin=0.125");
  EXPECT_NEAR(all.floor, 0.955, 1e-12) << "the higher floor";
  EXPECT_EQ(all.margin, 0.125);
  EXPECT_NEAR(all.max_unknown_score, 0.805, 1e-12);
  EXPECT_EQ(limits("max-error=0.5,floor=0.75").floor, 0.75);
}

TEST(UnknownRule, NamesEveryFlowUnderNever) {
  const VerdictLimits never = UnknownRule::never().limits(stepped_weights());
  EXPECT_FALSE(reach_verdict(std::vector<double>{0, 0}, 1, never).is_unknown);
  EXPECT_FALSE(reach_verdict(std::vector<double>{0.5, 0.5}, 1, limits("never"))
                   .is_unknown);
}

}  // namespace
}  // namespace flowtell
