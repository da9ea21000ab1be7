// SPDX-License-Identifier: Apache-2.0
#include "classify/name_scorer.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

NameTable small_table() {
  return NameTable::of({{".example", {1, 2, 3}}, {"a.example", {9, 0, 0}}});
}

TEST(NameScorer, SaysWhatTheTableSaysTheFirstTimeAndLater) {
  const NameTable table = small_table();
  NameScorer witness(table, 3);
  for (int again = 0; again < 3; ++again) {
    witness.begin_burst();
    for (const char* name : {"a.example", "b.example", "", "other.org"}) {
      std::vector<double> due(3);
      std::vector<double> said(3);
      EXPECT_EQ(witness.score(name, said).match, table.score(name, due));
      EXPECT_EQ(said, due);
    }
  }
}

TEST(NameScorer, GivesANameItsNumberHoweverManyCome) {
  NameScorer witness(small_table(), 3);
  std::vector<double> said(3);
  for (int burst = 0; burst < 3; ++burst) {
    witness.begin_burst();
    std::vector<std::uint32_t> numbers;
    for (int i = 0; i < 20'000; ++i) {
      const std::string name = "n" + std::to_string(i) + ".example";
      numbers.push_back(witness.score(name, said).number);
    }
    EXPECT_EQ(witness.score("n0.example", said).number, numbers.front());
    std::sort(numbers.begin(), numbers.end());
    EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
  }
}

// A burst may have any number of names; of more than 16,384 none is kept for
// the next, whose numbers begin anew.
TEST(NameScorer, ForgetsNamesWhereThereAreTooMany) {
  constexpr std::size_t kMax = 16'384;
  const auto next_number = [](std::size_t names) {
    NameScorer witness(small_table(), 3);
    std::vector<double> said(3);
    for (std::size_t i = 0; i < names; ++i) {
      witness.score("n" + std::to_string(i) + ".example", said);
    }
    witness.begin_burst();
    return witness.score("new.example", said).number;
  };
  EXPECT_EQ(next_number(kMax), kMax);
  EXPECT_EQ(next_number(kMax + 1), 0U);
}

}  // namespace
}  // namespace flowtell
