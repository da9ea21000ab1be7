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

// Without digits, which names are folded by.
std::string nth_name(int number) {
  std::string letters;
  for (; number > 0; number /= 26) {
    letters += static_cast<char>('a' + number % 26);
  }
  return letters + ".example";
}

// After more than 16,384 names the next burst clears the cache.
TEST(NameScorer, GivesNamesThatFoldToTheSameOneKey) {
  const NameTable table = small_table();
  NameScorer scorer(table, 3);
  std::vector<double> actual(3);
  const auto key = [&](const std::string& name) {
    return scorer.score(name, actual).key;
  };
  const std::uint64_t before = key("cdn7.net.example");
  for (int burst = 0; burst < 2; ++burst) {
    scorer.begin_burst();
    std::vector<std::uint64_t> keys;
    for (int i = 0; i < 20'000; ++i) keys.push_back(key(nth_name(i)));
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
    EXPECT_EQ(key("cdn7.net.example"), before);
    EXPECT_EQ(key("CDN12.net.example"), before);
    EXPECT_NE(key("cdn.net.example"), before);
  }
}

}  // namespace
}  // namespace flowtell
