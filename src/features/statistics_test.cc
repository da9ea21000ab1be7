// SPDX-License-Identifier: Apache-2.0
#include "features/statistics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace flowtell {
namespace {

Moments moments(const std::vector<double>& values) {
  return Moments::of(values);
}

TEST(Moments, MatchAWorkedExample) {
  const Moments m = moments({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(m.count, 8u);
  EXPECT_EQ(m.mean, 5);
  EXPECT_EQ(m.m2, 4);
  EXPECT_EQ(m.m3, 5.25);
  EXPECT_EQ(m.m4, 44.5);
  EXPECT_EQ(m.mean_deviation, 1.5);
  EXPECT_EQ(m.min, 2);
  EXPECT_EQ(m.max, 9);
  EXPECT_DOUBLE_EQ(m.sample_variance(), 32.0 / 7);
  EXPECT_DOUBLE_EQ(m.sample_deviation(), std::sqrt(32.0 / 7));
  EXPECT_DOUBLE_EQ(m.population_skew(), 0.65625);
  EXPECT_DOUBLE_EQ(m.population_kurtosis(), 44.5 / 16 - 3);
}

// pandas.Series([2, 4, 4, 4, 5, 5, 7, 9]).skew() and .kurt()
TEST(Moments, MatchPandasBiasCorrection) {
  const Moments m = moments({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_NEAR(m.sample_skew(), 0.8184875533567997, 1e-14);
  EXPECT_NEAR(m.sample_kurtosis(), 0.940625, 1e-14);
}

TEST(Moments, AreZeroForNoValues) {
  const Moments m = moments({});
  EXPECT_EQ(m.count, 0u);
  for (const double value :
       {m.mean, m.m2, m.m3, m.m4, m.min, m.max, m.mean_deviation,
        m.sample_variance(), m.sample_deviation(), m.population_skew(),
        m.population_kurtosis(), m.sample_skew(), m.sample_kurtosis()}) {
    EXPECT_EQ(value, 0);
  }
}

TEST(Moments, AreDefinedForFewValues) {
  EXPECT_EQ(moments({7}).sample_variance(), 0);
  EXPECT_EQ(moments({7}).min, 7);
  EXPECT_EQ(moments({7}).max, 7);
  EXPECT_EQ(moments({1, 3}).sample_variance(), 2);
  EXPECT_EQ(moments({1, 9}).sample_skew(), 0);
  EXPECT_EQ(moments({1, 2, 9}).sample_kurtosis(), 0);
  EXPECT_GT(moments({1, 2, 9}).sample_skew(), 0);
}

TEST(Moments, HaveNoSkewOrKurtosisForEqualValues) {
  // 1/3 is not exact in binary: rounding must not count as variance.
  for (const double value : {0.0, 1.0 / 3, 1500.0, -1e9 / 3, 1e-9}) {
    const Moments m = moments(std::vector<double>(7, value));
    EXPECT_FALSE(m.varies()) << value;
    EXPECT_EQ(m.population_skew(), 0);
    EXPECT_EQ(m.population_kurtosis(), 0);
    EXPECT_EQ(m.sample_skew(), 0);
    EXPECT_EQ(m.sample_kurtosis(), 0);
  }
}

TEST(Moments, AreInvariantUnderScaling) {
  const Moments m = moments({1, 2, 3, 10});
  const Moments scaled = moments({1000, 2000, 3000, 10000});
  EXPECT_NEAR(m.population_skew(), scaled.population_skew(), 1e-12);
  EXPECT_NEAR(m.sample_kurtosis(), scaled.sample_kurtosis(), 1e-12);
}

TEST(Percentile, InterpolatesBetweenNeighbours) {
  const std::vector<double> values = {10, 20, 30, 40, 50};
  EXPECT_EQ(percentile(values, 0), 10);
  EXPECT_EQ(percentile(values, 25), 20);
  EXPECT_EQ(percentile(values, 50), 30);
  EXPECT_DOUBLE_EQ(percentile(values, 10), 14);
  EXPECT_DOUBLE_EQ(percentile(values, 90), 46);
  EXPECT_EQ(percentile(values, 100), 50);
}

TEST(Percentile, IsDefinedForFewValues) {
  EXPECT_EQ(percentile({}, 50), 0);
  const std::vector<double> one = {7};
  const std::vector<double> two = {1, 2};
  EXPECT_EQ(percentile(one, 10), 7);
  EXPECT_EQ(percentile(one, 90), 7);
  EXPECT_DOUBLE_EQ(percentile(two, 50), 1.5);
}

// The range of packet lengths and gaps, and far beyond.
std::vector<double> any_values() {
  return *rc::gen::container<std::vector<double>>(rc::gen::map(
      rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-5, 5),
                     rc::gen::inRange<std::int64_t>(-1'000'000'000'000,
                                                    1'000'000'000'000)),
      [](std::int64_t value) { return static_cast<double>(value) / 256; }));
}

RC_GTEST_PROP(Moments, AreAlwaysFinite, ()) {
  const Moments m = Moments::of(any_values());
  for (const double value :
       {m.mean, m.m2, m.m3, m.m4, m.mean_deviation, m.min, m.max,
        m.sample_variance(), m.sample_deviation(), m.population_skew(),
        m.population_kurtosis(), m.sample_skew(), m.sample_kurtosis()}) {
    RC_ASSERT(std::isfinite(value));
  }
  RC_ASSERT(m.m2 >= 0);
  RC_ASSERT(m.min <= m.max);
}

RC_GTEST_PROP(Percentile, IsBoundedAndMonotonic, ()) {
  std::vector<double> values = any_values();
  RC_PRE(!values.empty());
  std::sort(values.begin(), values.end());
  double previous = values.front();
  for (int percent = 0; percent <= 100; percent += 10) {
    const double current = percentile(values, percent);
    RC_ASSERT(current >= previous);
    RC_ASSERT(current <= values.back());
    previous = current;
  }
}

TEST(Moments, HaveNoShapeBelowTheMinimumVariance) {
  // The bound is 1e-12, or that share of the largest value's square.
  const auto varies = [](double mean, double distance) {
    return moments({mean - distance, mean + distance}).varies();
  };
  EXPECT_FALSE(varies(0, 0.9e-6));
  EXPECT_TRUE(varies(0, 1.1e-6));
  EXPECT_FALSE(varies(1000, 0.9e-3));
  EXPECT_TRUE(varies(1000, 1.1e-3));
  // The largest absolute value counts: 1e-3 is slightly less than 1e-6 times
  // 1000.001.
  EXPECT_FALSE(varies(1000, 1e-3));
  EXPECT_FALSE(varies(-1000, 1e-3));
  EXPECT_FALSE(varies(-1000, 0.9e-3));
  EXPECT_TRUE(varies(-1000, 1.1e-3));
}

// Values past the end of the span must not be read.
TEST(Percentile, ReadsOnlyItsOwnValues) {
  const std::vector<double> values = {1, 2,
                                      std::numeric_limits<double>::quiet_NaN()};
  const auto two = std::span(values).first(2);
  EXPECT_EQ(percentile(two, 100), 2);
  EXPECT_EQ(percentile(two, 0), 1);
  EXPECT_EQ(percentile(std::span(values).first(1), 50), 1);
}

// At the number of values that each formula needs, and around it.
TEST(Moments, AreDefinedFromTheFewestValuesNeeded) {
  EXPECT_DOUBLE_EQ(moments({1, 3}).sample_deviation(), std::sqrt(2));
  EXPECT_NEAR(moments({1, 2, 9}).sample_skew(), 1.6300591617118865, 1e-12);
  EXPECT_NEAR(moments({1, 2, 9, 3}).sample_kurtosis(), 3.0143600416233083,
              1e-12);
  EXPECT_NEAR(moments({1, 2, 3, 4}).sample_kurtosis(), -1.2, 1e-12);
  EXPECT_EQ(moments({7}).varies(), false);
  EXPECT_EQ(moments({7}).count, 1U);
}

TEST(Percentile, MatchesNumpyDefault) {
  const std::vector<double> values = {-7, 1, 2, 11};
  EXPECT_NEAR(percentile(values, 10), -4.6, 1e-12);
  EXPECT_NEAR(percentile(values, 40), 1.2, 1e-12);
  EXPECT_NEAR(percentile(values, 70), 2.9, 1e-12);
  EXPECT_NEAR(percentile(values, 90), 8.3, 1e-12);
}

}  // namespace
}  // namespace flowtell
