// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict.h"

#include <gtest/gtest.h>

#include <vector>

namespace flowtell {
namespace {

Verdict verdict(const std::vector<double>& probabilities,
                VerdictLimits limits = {}) {
  return reach_verdict(probabilities, 0, limits);
}

TEST(Verdict, NamesTheLikeliestApp) {
  const Verdict reached = verdict({0.1, 0.2, 0.7});
  EXPECT_EQ(reached.best, 2);
  EXPECT_EQ(reached.confidence, 0.7);
  EXPECT_FALSE(reached.is_unknown);
  EXPECT_EQ(reached.reported(), 2);
}

TEST(Verdict, NamesTheFirstOfEquallyLikelyApps) {
  EXPECT_EQ(verdict({0.2, 0.4, 0.4}).reported(), 1);
  EXPECT_EQ(verdict({0.5, 0.5}).reported(), 0);
}

TEST(Verdict, IsUnknownForEquallyLikelyAppsUnderAMargin) {
  const Verdict reached = verdict({0.5, 0.5}, {0, 0.01});
  EXPECT_TRUE(reached.is_unknown);
  EXPECT_EQ(reached.reported(), kUnknownApp);
  EXPECT_EQ(reached.best, 0) << "accuracy is computed from it";
}

TEST(Verdict, FindsTheSecondAtAnyPosition) {
  const VerdictLimits limits{0, 0.1};
  EXPECT_TRUE(verdict({0.45, 0.1, 0.45 - 0.05}, limits).is_unknown);
  EXPECT_TRUE(verdict({0.40, 0.1, 0.45}, limits).is_unknown);
  EXPECT_FALSE(verdict({0.30, 0.1, 0.45}, limits).is_unknown);
}

TEST(Verdict, IsUnknownBelowTheFloor) {
  EXPECT_TRUE(verdict({0.24, 0.1, 0.1}, {0.25, 0}).is_unknown);
  EXPECT_FALSE(verdict({0.25, 0.1, 0.1}, {0.25, 0}).is_unknown);
}

TEST(Verdict, IsUnknownIfTheSecondIsTooClose) {
  EXPECT_TRUE(verdict({0.375, 0.5}, {0, 0.25}).is_unknown);
  EXPECT_FALSE(verdict({0.25, 0.5}, {0, 0.25}).is_unknown);
}

TEST(Verdict, IsUnknownAboveTheLimitOfTheUnknownScore) {
  const VerdictLimits limits{.max_unknown_score = 0.5};
  const std::vector<double> sure = {0.0, 1.0};
  const Verdict above = reach_verdict(sure, 0.625, limits);
  EXPECT_TRUE(above.is_unknown);
  EXPECT_EQ(above.unknown_score, 0.625);
  EXPECT_EQ(above.best, 1);
  EXPECT_EQ(above.confidence, 1);
  EXPECT_EQ(above.reported(), kUnknownApp);
  EXPECT_FALSE(reach_verdict(sure, 0.5, limits).is_unknown)
      << "equal is not above";
  EXPECT_FALSE(reach_verdict(sure, 1, {}).is_unknown) << "no limit";
}

TEST(Verdict, IsTheLikeliestAppWithoutARule) {
  const std::vector<double> equal = {0.25, 0.25, 0.25, 0.25};
  EXPECT_EQ(likeliest(equal).best, 0);
  EXPECT_FALSE(likeliest(equal).is_unknown);
  EXPECT_EQ(likeliest(std::vector<double>{0.1, 0.7, 0.2}).confidence, 0.7);
}

TEST(Verdict, NamesTheOnlyApp) {
  const Verdict reached = verdict({1});
  EXPECT_EQ(reached.reported(), 0);
  EXPECT_EQ(reached.confidence, 1);
}

}  // namespace
}  // namespace flowtell
