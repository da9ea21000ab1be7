// SPDX-License-Identifier: Apache-2.0
#include "learn/column_bins.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "base/random.h"
#include "support/samples.h"

namespace flowtell {
namespace {

constexpr float kHuge = std::numeric_limits<float>::max();
constexpr float kTiny = std::numeric_limits<float>::denorm_min();

// Finite floats of every size, among them many neighbours.
std::vector<float> odd_floats() {
  std::vector<float> values = {0,     kTiny,  -kTiny, 1,     -1,
                               kHuge, -kHuge, 1e-30f, 3e38f, 16777216};
  for (const float start : std::vector<float>(values)) {
    for (const float towards : {kHuge, -kHuge}) {
      float value = start;
      for (int step = 0; step < 3; ++step) {
        value = std::nextafter(value, towards);
        values.push_back(value);
      }
    }
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

std::vector<float> any_values(std::size_t count, std::uint32_t distinct) {
  Random random(count * 31 + distinct);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(random.below(distinct)) - 50);
  }
  return values;
}

TEST(ColumnBins, AreExactForUpTo256DistinctValues) {
  for (const std::uint32_t distinct : {1u, 2u, 3u, 255u, 256u}) {
    const auto values = any_values(5000, distinct);
    const std::set<float> sorted(values.begin(), values.end());
    const ColumnBins bins = ColumnBins::learn(values);
    ASSERT_EQ(bins.size(), sorted.size());
    std::size_t index = 0;
    for (const float value : sorted) EXPECT_EQ(bins.bin(value), index++);
  }
}

TEST(ColumnBins, AreAtMost256ForAnyNumberOfValues) {
  for (const std::uint32_t distinct : {257u, 300u, 5000u, 100'000u}) {
    const auto values = any_values(20'000, distinct);
    const ColumnBins bins = ColumnBins::learn(values);
    EXPECT_LE(bins.size(), kMaxBins);
    EXPECT_GT(bins.size(), kMaxBins / 2) << distinct << " distinct values";
  }
}

TEST(ColumnBins, HoldAboutEquallyManyValues) {
  const auto values = any_values(25'600, 1'000'000);
  const ColumnBins bins = ColumnBins::learn(values);
  std::map<std::size_t, std::size_t> held;
  for (const float value : values) ++held[bins.bin(value)];
  for (const auto& [bin, count] : held) EXPECT_LE(count, 151u) << bin;
}

TEST(ColumnBins, GiveAFrequentValueItsOwnBin) {
  std::vector<float> values = any_values(2000, 100'000);
  values.insert(values.end(), 50'000, 1234.5f);
  const ColumnBins bins = ColumnBins::learn(values);
  const std::size_t frequent = bins.bin(1234.5f);
  std::set<float> in_bin;
  for (const float value : values) {
    if (bins.bin(value) == frequent) in_bin.insert(value);
  }
  EXPECT_EQ(in_bin, std::set<float>{1234.5f});
  EXPECT_GT(bins.size(), 100u) << "the others must keep enough bins";
}

TEST(ColumnBins, GiveOneBinToOneValue) {
  const ColumnBins bins = ColumnBins::learn({7, 7, 7});
  EXPECT_EQ(bins.size(), 1u);
  EXPECT_EQ(bins.bin(-1e30f), 0);
  EXPECT_EQ(bins.bin(1e30f), 0);
}

TEST(ColumnBins, PutValuesBetweenTwoBinsIntoTheUpperOne) {
  const ColumnBins bins = ColumnBins::learn({10, 20, 30});
  EXPECT_EQ(bins.bin(5), 0);
  EXPECT_EQ(bins.bin(11), 1);
  EXPECT_EQ(bins.bin(29), 2);
  EXPECT_EQ(bins.bin(31), 2);
}

TEST(ColumnBins, SeparateAnyTwoFloatsByTheirThreshold) {
  const std::vector<float> values = odd_floats();
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i + 1; j < values.size(); ++j) {
      const float low = values[i];
      const float high = values[j];
      const float threshold = ColumnBins::learn({high, low}).threshold(0, 1);
      ASSERT_TRUE(std::isfinite(threshold));
      ASSERT_LE(low, threshold) << low << " from " << high;
      ASSERT_GT(high, threshold) << low << " from " << high;
    }
  }
}

TEST(ColumnBins, PutThresholdsHalfwayBetweenNeighbours) {
  const ColumnBins bins = ColumnBins::learn({1, 2, 7});
  EXPECT_EQ(bins.threshold(0, 1), 1.5f);
  EXPECT_EQ(bins.threshold(1, 2), 4.5f);
  EXPECT_EQ(bins.threshold(0, 2), 4.0f);
}

// Bins, used in training, and thresholds, used by the forest, must agree.
void check_bins_and_thresholds_agree(const std::vector<float>& values) {
  const ColumnBins bins = ColumnBins::learn(values);
  std::set<std::size_t> used;
  for (const float value : values) used.insert(bins.bin(value));
  ASSERT_EQ(used.size(), bins.size()) << "a bin is empty";
  for (const float value : values) {
    const std::size_t own = bins.bin(value);
    for (std::size_t lower = 0; lower + 1 < bins.size(); ++lower) {
      ASSERT_EQ(value <= bins.threshold(lower, lower + 1), own <= lower);
    }
  }
}

TEST(ColumnBins, AgreeWithTheirThresholdsOnEveryTrainingValue) {
  check_bins_and_thresholds_agree(odd_floats());
  check_bins_and_thresholds_agree(any_values(3000, 256));
  check_bins_and_thresholds_agree(any_values(3000, 2000));
}

RC_GTEST_PROP(ColumnBinsProperty, BinsAndThresholdsAgree,
              (const std::vector<std::int32_t>& drawn)) {
  RC_PRE(!drawn.empty());
  std::vector<float> values;
  for (const std::int32_t value : drawn) {
    values.push_back(static_cast<float>(value) / 7);
  }
  check_bins_and_thresholds_agree(values);
}

RC_GTEST_PROP(ColumnBinsProperty, KeepTheOrderOfAnyTwoNumbers,
              (const std::vector<std::int32_t>& drawn, std::int32_t a,
               std::int32_t b)) {
  RC_PRE(!drawn.empty());
  const ColumnBins bins =
      ColumnBins::learn(std::vector<float>(drawn.begin(), drawn.end()));
  const auto [low, high] = std::minmax(a, b);
  RC_ASSERT(bins.bin(static_cast<float>(low)) <=
            bins.bin(static_cast<float>(high)));
}

TEST(BinnedColumns, StoreEachRowsBinByColumn) {
  const Dataset data = table_of({{{5, 1}}, {{3, 1}}, {{4, 2}}}, 1);
  const BinnedColumns binned = BinnedColumns::of(data, 1);
  EXPECT_EQ(binned.rows, 3u);
  EXPECT_EQ(binned.bins, (std::vector<std::uint8_t>{2, 0, 1, 0, 0, 1}));
  EXPECT_EQ(binned.column(1)[2], 1);
}

TEST(BinnedColumns, AreTheSameForAnyNumberOfThreads) {
  const Dataset data = random_table(3, {.rows = 2000, .columns = 9});
  EXPECT_EQ(BinnedColumns::of(data, 1).bins, BinnedColumns::of(data, 3).bins);
}

}  // namespace
}  // namespace flowtell
