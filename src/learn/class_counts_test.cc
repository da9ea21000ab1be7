// SPDX-License-Identifier: Apache-2.0
#include "learn/class_counts.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "base/random.h"

namespace flowtell {
namespace {

template <std::size_t kLanes>
ClassCounts<kLanes> counts_of(const std::vector<std::uint32_t>& numbers) {
  ClassCounts<kLanes> counts;
  for (std::size_t lane = 0; lane < numbers.size(); ++lane) {
    counts.add(lane, numbers[lane]);
  }
  return counts;
}

template <typename Lanes>
class ClassCountsOf : public testing::Test {};

using LaneNumbers = testing::Types<std::integral_constant<std::size_t, 8>,
                                   std::integral_constant<std::size_t, 16>,
                                   std::integral_constant<std::size_t, 32>>;
TYPED_TEST_SUITE(ClassCountsOf, LaneNumbers);

TYPED_TEST(ClassCountsOf, CountsLanesIndependently) {
  constexpr std::size_t kLanes = TypeParam::value;
  std::vector<std::uint32_t> numbers(kLanes);
  std::iota(numbers.begin(), numbers.end(), 1000u);
  auto counts = counts_of<kLanes>(numbers);
  counts.add(kLanes - 1, 7);
  counts.add(counts);
  const auto rest = counts.minus(counts_of<kLanes>(numbers));
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::uint32_t more = lane == kLanes - 1 ? 7 : 0;
    EXPECT_EQ(counts[lane], 2 * (numbers[lane] + more));
    EXPECT_EQ(rest[lane], numbers[lane] + 2 * more);
  }
  EXPECT_EQ(rest.classes(), kLanes);
  EXPECT_EQ(rest.minus(rest).classes(), 0u);
}

TYPED_TEST(ClassCountsOf, ReturnsTheSamePurityInBothForms) {
  constexpr std::size_t kLanes = TypeParam::value;
  Random random(kLanes);
  for (int round = 0; round < 10'000; ++round) {
    const std::uint32_t max = 1 + random.below(kMaxInLanes / kLanes / 2);
    std::vector<std::uint32_t> left(kLanes);
    std::vector<std::uint32_t> right(kLanes);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      left[lane] = random.below(max);
      right[lane] = random.below(2) == 0 ? 0 : random.below(max);
    }
    left[random.below(kLanes)] = max;
    right[random.below(kLanes)] = max;
    const auto a = counts_of<kLanes>(left);
    const auto b = counts_of<kLanes>(right);
    ASSERT_EQ(ClassCounts<kLanes>::purity(a, b),
              ClassCounts<kLanes>::purity_portable(a, b));
  }
}

TYPED_TEST(ClassCountsOf, HoldsTheLargestNode) {
  constexpr std::size_t kLanes = TypeParam::value;
  const auto left = counts_of<kLanes>({kMaxInLanes - 1});
  const auto right = counts_of<kLanes>({0, 1});
  EXPECT_EQ(ClassCounts<kLanes>::purity(left, right), kMaxInLanes);
  EXPECT_EQ(ClassCounts<kLanes>::purity(right, left), kMaxInLanes);
  EXPECT_EQ(left.sum(), kMaxInLanes - 1);
  EXPECT_EQ(left.squares(), (kMaxInLanes - 1) * (kMaxInLanes - 1));
}

}  // namespace
}  // namespace flowtell
