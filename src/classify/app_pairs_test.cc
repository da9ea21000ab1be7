// SPDX-License-Identifier: Apache-2.0
//
// The posteriors themselves are compared with an enumeration in
// device_filter_test.cc.
#include "classify/app_pairs.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

// A burst of flows, each with likelihood 1 for its app and 0.05 for the others,
// under a filter that explains it with `one_app`.
struct PairBurst {
  PairBurst(std::size_t apps, const std::vector<AppId>& flows, double one_app)
      : likelihoods(apps * flows.size(), 0.05),
        prior(apps, 1 / static_cast<double>(apps)),
        posteriors(apps * flows.size(), 1 / static_cast<double>(apps)) {
    for (std::size_t i = 0; i < flows.size(); ++i) {
      likelihoods[i * apps + flows[i]] = 1;
    }
    likelihood.multiply(one_app);
  }
  AppPairs::Burst view() const { return {likelihoods, prior, likelihood}; }

  std::vector<double> likelihoods;
  std::vector<double> prior;
  std::vector<double> posteriors;
  ScaledProduct likelihood;
};

TEST(AppPairs, LeaveAgreeingFlowsAlone) {
  AppPairs pairs(3);
  PairBurst burst(3, {1, 1, 1, 1}, 1e-30);
  const std::vector<double> before = burst.posteriors;
  pairs.mix(burst.view(), burst.posteriors);
  EXPECT_EQ(burst.posteriors, before);
  EXPECT_FALSE(pairs.likeliest());
}

TEST(AppPairs, CountAsMuchAsTheyExplain) {
  const std::vector<AppId> turns = {0, 2, 0, 2, 0, 2};
  AppPairs pairs(3);
  PairBurst unexplained(3, turns, 1e-30);
  pairs.mix(unexplained.view(), unexplained.posteriors);
  ASSERT_TRUE(pairs.likeliest());
  EXPECT_EQ(pairs.likeliest()->first, 0);
  EXPECT_EQ(pairs.likeliest()->second, 2);
  EXPECT_GT(pairs.likeliest()->probability, 0.99);
  for (std::size_t flow = 0; flow < turns.size(); ++flow) {
    EXPECT_GT(unexplained.posteriors[3 * flow + turns[flow]], 0.8);
  }
  PairBurst explained(3, turns, 1e3);
  pairs.mix(explained.view(), explained.posteriors);
  EXPECT_FALSE(pairs.likeliest()) << "below 1 %";
  for (const double posterior : explained.posteriors) {
    EXPECT_NEAR(posterior, 1.0 / 3, 1e-3);
  }
}

// Of ten apps, the six with two flows each form pairs.
TEST(AppPairs, AreOfTheAppsWithTheMostEvidence) {
  std::vector<AppId> flows;
  for (AppId app = 0; app < 10; ++app) {
    flows.insert(flows.end(), app < 6 ? 2 : 1, app);
  }
  AppPairs pairs(10);
  PairBurst burst(10, flows, 1e-300);
  pairs.mix(burst.view(), burst.posteriors);
  double of_others = 0;
  for (std::size_t flow = 0; flow < flows.size(); ++flow) {
    for (std::size_t app = 6; app < 10; ++app) {
      of_others += burst.posteriors[flow * 10 + app];
    }
  }
  EXPECT_LT(of_others, 1e-9);
}

// Thousands of flows do not make likelihoods vanish.
TEST(AppPairs, BearLongBursts) {
  constexpr int kFlows = 20'000;
  std::vector<AppId> flows;
  for (int i = 0; i < kFlows; ++i) flows.push_back(i % 3 == 0 ? 1 : 0);
  AppPairs pairs(2);
  PairBurst burst(2, flows, 1);
  for (int i = 0; i < kFlows; ++i) burst.likelihood.multiply(0.05);
  pairs.mix(burst.view(), burst.posteriors);
  ASSERT_TRUE(pairs.likeliest());
  EXPECT_GT(pairs.likeliest()->probability, 0.999);
  for (std::size_t at = 0; at < burst.posteriors.size(); at += 2) {
    ASSERT_NEAR(burst.posteriors[at] + burst.posteriors[at + 1], 1, 1e-9);
  }
}

TEST(ScaledProduct, NeitherOverflowsNorVanishes) {
  ScaledProduct product;
  EXPECT_EQ(product.over_power(0), 1);
  for (int i = 0; i < 5'000; ++i) product.multiply(0.125);
  EXPECT_EQ(product.over_power(-15'000), 1);
  EXPECT_EQ(product.over_power(0), 0) << "too small for a double";
  for (int i = 0; i < 10'000; ++i) product.multiply(8);
  EXPECT_EQ(product.over_power(15'000), 1);
  product.multiply(3);
  EXPECT_EQ(product.over_power(15'001), 1.5);
}

}  // namespace
}  // namespace flowtell
