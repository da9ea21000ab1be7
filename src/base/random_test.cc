// SPDX-License-Identifier: Apache-2.0
//
// The numbers pinned here must never change: models trained with a seed would.
#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace flowtell {
namespace {

TEST(Random, MatchesSplitMix64) {
  // The published test values of SplitMix64.
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
  EXPECT_EQ(random.next(), 4593380528125082431u);
  EXPECT_EQ(random.next(), 16408922859458223821u);
}

TEST(Random, ReproducesPinnedNumbers) {
  Random numbers(42);
  for (const std::uint32_t expected : {741u, 159u, 278u, 344u, 38u}) {
    EXPECT_EQ(numbers.below(1000), expected);
  }
  Random units(42);
  for (const double expected :
       {0x1.7bae644c5fd6dp-1, 0x1.477f199d93378p-3, 0x1.1d499d5c4c3e6p-2}) {
    EXPECT_EQ(units.unit(), expected);
  }
  EXPECT_EQ(Random(42, 0).next(), 4281161784462384440u);
  EXPECT_EQ(Random(42, 1).next(), 10078632895508975872u);
  std::vector<int> items = {0, 1, 2, 3, 4, 5, 6, 7};
  Random(42).shuffle(std::span(items));
  EXPECT_EQ(items, (std::vector<int>{4, 3, 2, 0, 7, 6, 1, 5}));
}

TEST(Random, CoversTheRangeBelowItsBound) {
  Random random(1);
  std::vector<int> counts(10);
  for (int i = 0; i < 100'000; ++i) ++counts[random.below(10)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
  EXPECT_EQ(random.below(1), 0u);
  EXPECT_LT(random.below(UINT32_MAX), UINT32_MAX);
}

TEST(Random, UnitIsUniformInZeroToOne) {
  Random random(2);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double unit = random.unit();
    ASSERT_GE(unit, 0);
    ASSERT_LT(unit, 1);
    sum += unit;
  }
  EXPECT_NEAR(sum / 100'000, 0.5, 0.01);
}

TEST(Random, StreamsDifferAndRepeat) {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (std::uint64_t stream = 0; stream < 30; ++stream) {
      firsts.insert(Random(seed, stream).next());
      EXPECT_EQ(Random(seed, stream).next(), Random(seed, stream).next());
    }
  }
  EXPECT_EQ(firsts.size(), 900u);
}

TEST(Random, ShufflesUniformlyAndKeepsAllItems) {
  std::vector<int> first_counts(5);
  Random random(3);
  for (int round = 0; round < 50'000; ++round) {
    std::vector<int> items(5);
    std::iota(items.begin(), items.end(), 0);
    random.shuffle(std::span(items));
    ++first_counts[static_cast<std::size_t>(items[0])];
    std::sort(items.begin(), items.end());
    ASSERT_EQ(items, (std::vector<int>{0, 1, 2, 3, 4}));
  }
  for (const int count : first_counts) EXPECT_NEAR(count, 10'000, 500);
}

}  // namespace
}  // namespace flowtell
