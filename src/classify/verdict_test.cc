// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict.h"

#include <gtest/gtest.h>

#include <vector>

namespace flowtell {
namespace {

Verdict verdict(const std::vector<double>& probabilities,
                UnknownRule rule = {}) {
  return reach_verdict(probabilities, rule);
}

TEST(Verdict, NamesTheLikeliestApp) {
  const Verdict reached = verdict({0.1, 0.2, 0.7});
  EXPECT_EQ(reached.best, 2);
  EXPECT_EQ(reached.confidence, 0.7);
  EXPECT_FALSE(reached.is_unknown);
  EXPECT_EQ(reached.reported(), 2);
}

TEST(Verdict, NamesTheFirstOfEquallyLikelyApps) {
  EXPECT_EQ(verdict({0.2, 0.4, 0.4}, {0, 0}).reported(), 1);
  EXPECT_EQ(verdict({0.5, 0.5}, {0, 0}).reported(), 0);
}

TEST(Verdict, IsUnknownForEquallyLikelyAppsUnderAMargin) {
  const Verdict reached = verdict({0.5, 0.5}, {0, 0.01});
  EXPECT_TRUE(reached.is_unknown);
  EXPECT_EQ(reached.reported(), kUnknownApp);
  EXPECT_EQ(reached.best, 0) << "accuracy is computed from it";
}

TEST(Verdict, FindsTheSecondAtAnyPosition) {
  const UnknownRule rule{0, 0.1};
  EXPECT_TRUE(verdict({0.45, 0.1, 0.45 - 0.05}, rule).is_unknown);
  EXPECT_TRUE(verdict({0.40, 0.1, 0.45}, rule).is_unknown);
  EXPECT_FALSE(verdict({0.30, 0.1, 0.45}, rule).is_unknown);
}

TEST(Verdict, IsUnknownBelowTheFloor) {
  EXPECT_TRUE(verdict({0.2, 0.1, 0.1}, {0.25, 0}).is_unknown);
}

// The unknown app has the probability that the apps lack to 1.
TEST(Verdict, IsUnknownIfTheUnknownAppIsLikelier) {
  EXPECT_TRUE(verdict({0.3, 0.1}, {0.25, 0.05}).is_unknown);
  EXPECT_FALSE(verdict({0.6, 0.1}, {0.25, 0.05}).is_unknown);
  EXPECT_FALSE(verdict({0.3, 0.1}, {0, 0}).is_unknown) << "never is never";
}

TEST(Verdict, NamesTheOnlyApp) {
  const Verdict reached = verdict({1});
  EXPECT_EQ(reached.reported(), 0);
  EXPECT_EQ(reached.confidence, 1);
}

}  // namespace
}  // namespace flowtell
