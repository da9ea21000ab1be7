// SPDX-License-Identifier: Apache-2.0
#include "model/examples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/samples.h"

namespace flowtell {
namespace {

// Captures with these numbers of flows.
Dataset captures_of(const std::vector<std::size_t>& flows) {
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < flows.size(); ++capture) {
    for (std::size_t i = 0; i < flows[capture]; ++i) {
      rows.push_back({{static_cast<float>(rows.size()), 7},
                      static_cast<AppId>(capture % 2),
                      capture});
    }
  }
  return table_of(rows, 2);
}

std::map<std::uint32_t, std::size_t> per_capture(const Examples& examples) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const Example& example : examples.flows) ++counts[example.capture];
  return counts;
}

using CountByRow = std::map<std::uint32_t, std::size_t>;

TEST(Examples, AreAllFlowsOfASmallDataset) {
  const Dataset data = captures_of({3, 1, 4});
  const Examples examples = choose_examples(data, 8);
  EXPECT_EQ(examples.size(), 8u);
  EXPECT_EQ(examples.values, data.values);
}

TEST(Examples, AreSpreadOverTheCaptures) {
  EXPECT_EQ(per_capture(choose_examples(captures_of({100, 2, 100}), 12)),
            (CountByRow{{0, 5}, {1, 2}, {2, 5}}));
  EXPECT_EQ(per_capture(choose_examples(captures_of({100, 2, 100}), 13)),
            (CountByRow{{0, 6}, {1, 2}, {2, 5}}));
  EXPECT_EQ(per_capture(choose_examples(captures_of({9, 9, 9}), 2)),
            (CountByRow{{0, 1}, {1, 1}}));
}

TEST(Examples, AreSpreadOverEachCapturesFlows) {
  const Examples examples = choose_examples(captures_of({90}), 3);
  std::vector<std::uint32_t> numbers;
  for (const Example& example : examples.flows) numbers.push_back(example.flow);
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{16, 46, 76}));
}

TEST(Examples, HaveTheValuesOfTheirFlows) {
  const Dataset data = captures_of({40, 30});
  const Examples examples = choose_examples(data, 10);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples.flows[i];
    const std::size_t row = example.capture * 40u + example.flow - 1;
    EXPECT_TRUE(std::ranges::equal(examples.row(i), data.row(row)));
  }
}

TEST(Examples, AreAThousandByDefault) {
  EXPECT_EQ(choose_examples(captures_of({600, 600})).size(), 1000U);
  EXPECT_EQ(choose_examples(captures_of({500, 499})).size(), 999U);
}

TEST(Examples, CanBeNone) {
  EXPECT_EQ(choose_examples(captures_of({3, 4}), 0).size(), 0U);
}

}  // namespace
}  // namespace flowtell
