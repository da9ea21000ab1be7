// SPDX-License-Identifier: Apache-2.0
#include "learn/feature_profile_finder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/attribution.h"
#include "support/samples.h"

namespace flowtell {
namespace {

class InsightTest : public testing::Test {
 protected:
  InsightTest() {
    ForestOptions options;
    options.trees = 15;
    built_ = build_forest(data_, options);
    judged_ = predict_out_of_bag(built_, data_, 1);
    insight_ = find_feature_profile(built_, judged_, data_);
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
  FeatureProfile insight_;
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

// The twin: what each column adds to the share of the app voted for, less what
// it adds to the flow's own, walked tree by tree.
TEST_F(InsightTest, DrawsByWhatPullsToTheAppVotedFor) {
  for (const Attractor& draw : insight_.attractors) {
    std::vector<double> pull(data_.width);
    std::vector<std::vector<float>> values(data_.width);
    double flows = 0;
    for (std::size_t row = 0; row < data_.rows(); ++row) {
      if (data_.labels[row] != draw.from || !judged_.judged[row] ||
          vote(row) != draw.to) {
        continue;
      }
      ++flows;
      std::vector<double> own(data_.width);
      double trees = 0;
      for (std::size_t i = 0; i < built_.forest.trees.size(); ++i) {
        if (built_.in_bag[i].contains(row)) continue;
        ++trees;
        const Tree& tree = built_.forest.trees[i];
        const auto shares = node_shares(built_.forest, tree);
        walk_down(tree, data_.row(row), [&](auto column, auto from, auto to) {
          own[column] += shares[to * 3 + draw.to] - shares[from * 3 + draw.to] -
                         shares[to * 3 + draw.from] +
                         shares[from * 3 + draw.from];
        });
      }
      for (std::size_t column = 0; column < data_.width; ++column) {
        pull[column] += own[column] / trees;
        values[column].push_back(data_.row(row)[column]);
      }
    }
    ASSERT_EQ(static_cast<double>(draw.flows), flows);
    std::size_t pulling = 0;
    for (double& each : pull) {
      each /= flows;
      if (each > 1e-6) ++pulling;
    }
    EXPECT_EQ(draw.signs.size(), pulling);
    EXPECT_GT(pulling, 0U);
    for (const Attractor::Sign& sign : draw.signs) {
      EXPECT_NEAR(static_cast<double>(sign.pull), pull[sign.column], 1e-4);
      std::vector<float>& all = values[sign.column];
      std::ranges::sort(all);
      EXPECT_EQ(sign.typical, all[(all.size() - 1) / 2]);
    }
  }
}

// Of many columns that pull, the five strongest are told.
TEST(InsightFinder, TellsFiveSignsOfADraw) {
  const Dataset data =
      random_table(8, {.rows = 300, .columns = 12, .telling = false});
  ForestOptions options;
  options.trees = 15;
  const BuiltForest built = build_forest(data, options);
  const FeatureProfile feature_profile =
      find_feature_profile(built, predict_out_of_bag(built, data, 1), data);
  EXPECT_EQ(feature_profile.attractors.size(), 6U);
  for (const Attractor& draw : feature_profile.attractors)
    EXPECT_EQ(draw.signs.size(), 5U);
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
  for (const Attractor& draw : insight_.attractors) {
    EXPECT_NE(draw.from, draw.to);
    drawn += static_cast<std::size_t>(draw.flows);
    for (std::size_t i = 0; i < draw.signs.size(); ++i) {
      EXPECT_GT(draw.signs[i].pull, 0);
      if (i == 0) continue;
      EXPECT_GE(draw.signs[i - 1].pull, draw.signs[i].pull);
    }
  }
  EXPECT_EQ(drawn, wrong);
  EXPECT_TRUE(std::ranges::is_sorted(
      insight_.attractors, std::ranges::greater{}, &Attractor::flows));
}

}  // namespace
}  // namespace flowtell
