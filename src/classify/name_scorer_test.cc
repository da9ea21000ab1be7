// SPDX-License-Identifier: Apache-2.0
#include "classify/name_scorer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace flowtell {
namespace {

NameTable small_table() {
  return NameTable::of({{".example", {1, 2, 3}}, {"a.example", {9, 0, 0}}});
}

TEST(NameScorer, ReturnsTheTablesScoresEveryTime) {
  const NameTable table = small_table();
  NameScorer scorer(table, 3);
  for (int again = 0; again < 3; ++again) {
    scorer.begin_burst();
    for (const char* name : {"a.example", "b.example", "", "other.org"}) {
      std::vector<double> expected(3);
      std::vector<double> actual(3);
      EXPECT_EQ(scorer.score(name, actual).match, table.score(name, expected));
      EXPECT_EQ(actual, expected);
    }
  }
}

TEST(NameScorer, GivesEachNameOneNumberPerBurst) {
  const NameTable table = small_table();
  NameScorer scorer(table, 3);
  std::vector<double> actual(3);
  for (int burst = 0; burst < 3; ++burst) {
    scorer.begin_burst();
    std::vector<std::uint32_t> numbers;
    for (int i = 0; i < 20'000; ++i) {
      const std::string name = "n" + std::to_string(i) + ".example";
      numbers.push_back(scorer.score(name, actual).number);
    }
    EXPECT_EQ(scorer.score("n0.example", actual).number, numbers.front());
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
  }
}

// A burst may have any number of names. After more than 16,384 the cache is
// cleared and numbers restart at 0.
TEST(NameScorer, ClearsTheCacheAfterTooManyNames) {
  constexpr std::size_t kMaxNames = 16'384;
  const auto next_number = [](std::size_t names) {
    const NameTable table = small_table();
    NameScorer scorer(table, 3);
    std::vector<double> actual(3);
    for (std::size_t i = 0; i < names; ++i) {
      scorer.score("n" + std::to_string(i) + ".example", actual);
    }
    scorer.begin_burst();
    return scorer.score("new.example", actual).number;
  };
  EXPECT_EQ(next_number(kMaxNames), kMaxNames);
  EXPECT_EQ(next_number(kMaxNames + 1), 0U);
}

}  // namespace
}  // namespace flowtell
