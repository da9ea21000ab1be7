// SPDX-License-Identifier: Apache-2.0
#include "learn/out_of_bag.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/attribution.h"
#include "support/samples.h"

namespace flowtell {
namespace {

class FeatureProfileTest : public testing::Test {
 protected:
  FeatureProfileTest() {
    ForestOptions options;
    options.trees = 15;
    built_ = build_forest(data_, options);
    oob_ = predict_out_of_bag(built_, data_, 1);
    profile_ = find_feature_profile(built_, oob_, data_);
  }
  AppId predicted(std::size_t row) const {
    const auto shares = std::span(oob_.shares).subspan(row * 3, 3);
    return static_cast<AppId>(std::ranges::max_element(shares) -
                              shares.begin());
  }

  // Column 0 separates app 2 from apps 0 and 1; no column separates 0 and 1.
  static Dataset data() {
    Dataset data = random_table(8, {.rows = 300, .telling = false});
    for (std::size_t i = 0; i < data.rows(); ++i) {
      if (data.labels[i] == 2) data.values[i * data.width] += 50;
    }
    return data;
  }

  Dataset data_ = data();
  BuiltForest built_;
  OutOfBag oob_;
  FeatureProfile profile_;
};

// The root's share plus all contributions equals the leaf's share.
TEST_F(FeatureProfileTest, SignsAddUpToTheMeanShareOfAnAppsOwnFlows) {
  for (AppId app = 0; app < 3; ++app) {
    double expected = 0;
    double flows = 0;
    for (std::size_t row = 0; row < data_.rows(); ++row) {
      if (data_.labels[row] != app || !oob_.predicted[row]) continue;
      double base = 0;
      double trees = 0;
      for (std::size_t i = 0; i < built_.forest.trees.size(); ++i) {
        if (built_.in_bag[i].contains(row)) continue;
        base += node_shares(built_.forest, built_.forest.trees[i])[app];
        ++trees;
      }
      expected += oob_.shares[row * 3 + app] - base / trees;
      ++flows;
    }
    double sum = 0;
    for (std::size_t column = 0; column < data_.width; ++column) {
      sum += static_cast<double>(profile_.signs[app * data_.width + column]);
    }
    EXPECT_NEAR(sum, expected / flows, 1e-4) << app;
  }
}

// The reference adds up the columns' contributions tree by tree.
TEST_F(FeatureProfileTest, AttractorSignsMatchTheContributions) {
  for (const Attractor& attractor : profile_.attractors) {
    std::vector<double> pull(data_.width);
    std::vector<std::vector<float>> values(data_.width);
    double flows = 0;
    for (std::size_t row = 0; row < data_.rows(); ++row) {
      if (data_.labels[row] != attractor.from || !oob_.predicted[row] ||
          predicted(row) != attractor.to) {
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
          own[column] += shares[to * 3 + attractor.to] -
                         shares[from * 3 + attractor.to] -
                         shares[to * 3 + attractor.from] +
                         shares[from * 3 + attractor.from];
        });
      }
      for (std::size_t column = 0; column < data_.width; ++column) {
        pull[column] += own[column] / trees;
        values[column].push_back(data_.row(row)[column]);
      }
    }
    ASSERT_EQ(static_cast<double>(attractor.flows), flows);
    std::size_t pulling = 0;
    for (double& each : pull) {
      each /= flows;
      if (each > 1e-6) ++pulling;
    }
    EXPECT_EQ(attractor.signs.size(), pulling);
    EXPECT_GT(pulling, 0U);
    for (const Attractor::Sign& sign : attractor.signs) {
      EXPECT_NEAR(static_cast<double>(sign.pull), pull[sign.column], 1e-4);
      std::vector<float>& all = values[sign.column];
      std::ranges::sort(all);
      EXPECT_EQ(sign.typical, all[(all.size() - 1) / 2]);
    }
  }
}

// Of many columns that pull, the five strongest are kept.
TEST(FeatureProfileFinder, KeepsFiveSignsPerAttractor) {
  const Dataset data =
      random_table(8, {.rows = 300, .columns = 12, .telling = false});
  ForestOptions options;
  options.trees = 15;
  const BuiltForest built = build_forest(data, options);
  const FeatureProfile profile =
      find_feature_profile(built, predict_out_of_bag(built, data, 1), data);
  EXPECT_EQ(profile.attractors.size(), 6U);
  for (const Attractor& attractor : profile.attractors)
    EXPECT_EQ(attractor.signs.size(), 5U);
}

TEST_F(FeatureProfileTest, FindsTheInformativeColumn) {
  const auto of_last = std::span(profile_.signs).last(data_.width);
  EXPECT_EQ(std::ranges::max_element(of_last), of_last.begin());
  EXPECT_GT(of_last[0], 0.5f);
}

TEST_F(FeatureProfileTest, CountsEveryMisclassifiedFlow) {
  std::size_t wrong = 0;
  for (std::size_t row = 0; row < data_.rows(); ++row) {
    if (oob_.predicted[row] && predicted(row) != data_.labels[row]) ++wrong;
  }
  ASSERT_GT(wrong, 0u);
  std::size_t attracted = 0;
  for (const Attractor& attractor : profile_.attractors) {
    EXPECT_NE(attractor.from, attractor.to);
    attracted += static_cast<std::size_t>(attractor.flows);
    for (std::size_t i = 0; i < attractor.signs.size(); ++i) {
      EXPECT_GT(attractor.signs[i].pull, 0);
      if (i == 0) continue;
      EXPECT_GE(attractor.signs[i - 1].pull, attractor.signs[i].pull);
    }
  }
  EXPECT_EQ(attracted, wrong);
  EXPECT_TRUE(std::ranges::is_sorted(
      profile_.attractors, std::ranges::greater{}, &Attractor::flows));
}

}  // namespace
}  // namespace flowtell
