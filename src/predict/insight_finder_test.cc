// SPDX-License-Identifier: Apache-2.0
#include "predict/insight_finder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "predict/attribution.h"
#include "support/samples.h"

namespace flowtell {
namespace {

class InsightTest : public testing::Test {
 protected:
  InsightTest() {
    ForestOptions options;
    options.trees = 15;
    built_ = build_forest(data_, options);
    judged_ = judge_out_of_bag(built_, data_, 1);
    insight_ = find_insight(built_, judged_, data_);
  }
  AppId vote(std::size_t row) const {
    const auto shares = std::span(judged_.shares).subspan(row * 3, 3);
    return static_cast<AppId>(std::ranges::max_element(shares) -
                              shares.begin());
  }

  // Column 0 tells the apps 0 and 1 from 2, and nothing tells them apart.
  static Dataset data() {
    Dataset data = random_table(8, {.rows = 300, .telling = false});
    for (std::size_t i = 0; i < data.rows(); ++i) {
      if (data.labels[i] == 2) data.values[i * data.width] += 50;
    }
    return data;
  }

  Dataset data_ = data();
  BuiltForest built_;
  OutOfBag judged_;
  Insight insight_;
};

// What all columns add, and what the trees began with, is what they ended with.
TEST_F(InsightTest, SignsAddUpToTheMeanShareOfAnAppsOwnFlows) {
  for (AppId app = 0; app < 3; ++app) {
    double due = 0;
    double flows = 0;
    for (std::size_t row = 0; row < data_.rows(); ++row) {
      if (data_.labels[row] != app || !judged_.judged[row]) continue;
      double base = 0;
      double trees = 0;
      for (std::size_t i = 0; i < built_.forest.trees.size(); ++i) {
        if (built_.in_bag[i].contains(row)) continue;
        base += node_shares(built_.forest, built_.forest.trees[i])[app];
        ++trees;
      }
      due += judged_.shares[row * 3 + app] - base / trees;
      ++flows;
    }
    double sum = 0;
    for (std::size_t column = 0; column < data_.width; ++column) {
      sum += static_cast<double>(insight_.signs[app * data_.width + column]);
    }
    EXPECT_NEAR(sum, due / flows, 1e-4) << app;
  }
}

TEST_F(InsightTest, KnowsTheColumnThatTells) {
  const auto of_last = std::span(insight_.signs).last(data_.width);
  EXPECT_EQ(std::ranges::max_element(of_last), of_last.begin());
  EXPECT_GT(of_last[0], 0.5f);
}

TEST_F(InsightTest, CountsEveryFlowDrawnToAnother) {
  std::size_t wrong = 0;
  for (std::size_t row = 0; row < data_.rows(); ++row) {
    if (judged_.judged[row] && vote(row) != data_.labels[row]) ++wrong;
  }
  ASSERT_GT(wrong, 0u);
  std::size_t drawn = 0;
  for (const Draw& draw : insight_.draws) {
    EXPECT_NE(draw.from, draw.to);
    drawn += static_cast<std::size_t>(draw.flows);
    for (std::size_t i = 0; i < draw.signs.size(); ++i) {
      EXPECT_GT(draw.signs[i].pull, 0);
      if (i == 0) continue;
      EXPECT_GE(draw.signs[i - 1].pull, draw.signs[i].pull);
    }
  }
  EXPECT_EQ(drawn, wrong);
  EXPECT_TRUE(std::ranges::is_sorted(insight_.draws, std::ranges::greater{},
                                     &Draw::flows));
}

}  // namespace
}  // namespace flowtell
