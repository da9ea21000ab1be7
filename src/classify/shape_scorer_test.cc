// SPDX-License-Identifier: Apache-2.0
#include "classify/shape_scorer.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "model/svm.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// `count` rows drawn from `distinct` different ones, seeded.
std::vector<float> draw_rows(Random& random, std::size_t count,
                             std::uint32_t distinct, std::size_t width) {
  std::vector<float> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Random of_row(random.below(distinct));
    for (std::size_t column = 0; column < width; ++column) {
      rows.push_back(static_cast<float>(of_row.below(1500)));
    }
  }
  return rows;
}

// In batches of all sizes: first with repeated rows, then with more distinct
// rows than the cache holds.
TEST(ShapeScorer, MatchesTheForest) {
  const Model model = small_model();
  const CompiledForest forest(model.forest);
  const CompiledForest other_forest(model.other_forest);
  ShapeScorer scorer(model, forest, other_forest);
  Random random(7);
  const std::size_t apps = model.apps.size();
  const std::size_t width = model.forest.width;
  for (const std::uint32_t distinct : {40u, 60'000u, 40u}) {
    for (std::size_t count = 0; count < 300; ++count) {
      const auto rows = draw_rows(random, count, distinct, width);
      std::vector<double> shares(count * apps, -1);
      std::vector<std::uint8_t> unlike(count, 7);
      std::vector<double> other(count, -1);
      scorer.score(rows, shares, unlike, other);
      for (std::size_t i = 0; i < count; ++i) {
        std::vector<double> plain(apps);
        model.forest.predict(std::span(rows).subspan(i * width, width), plain);
        const auto actual = std::span(shares).subspan(i * apps, apps);
        ASSERT_TRUE(std::equal(plain.begin(), plain.end(), actual.begin()));
        std::vector<double> two(2);
        model.other_forest.predict(std::span(rows).subspan(i * width, width),
                                   two);
        ASSERT_EQ(other[i], two[1]);
      }
    }
  }
}

// With so many apps the cache holds few rows.
TEST(ShapeScorer, MatchesTheForestWithVeryManyApps) {
  const Model small = small_model();
  Model model = small;
  model.apps.resize(20'000);
  model.forest.apps = model.apps.size();
  model.forest.leaf_shares.clear();
  for (std::size_t at = 0; at < small.forest.leaf_shares.size(); ++at) {
    model.forest.leaf_shares.push_back(small.forest.leaf_shares[at]);
    if (at % small.apps.size() + 1 < small.apps.size()) continue;
    model.forest.leaf_shares.resize(model.forest.leaf_shares.size() +
                                    model.apps.size() - small.apps.size());
  }
  const CompiledForest forest(model.forest);
  const CompiledForest other_forest(model.other_forest);
  ShapeScorer scorer(model, forest, other_forest);
  Random random(7);
  for (int i = 0; i < 300; ++i) {
    const auto row = draw_rows(random, 1, 200, small.forest.width);
    std::vector<double> expected(small.apps.size());
    small.forest.predict(row, expected);
    std::vector<double> actual(model.apps.size(), -1);
    std::uint8_t unlike = 7;
    double other = -1;
    scorer.score(row, actual, {&unlike, 1}, {&other, 1});
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), actual.begin()));
  }
}

// Half of the distinct rows are known. First each row is new to the cache, then
// it is in the cache, then the cache has overwritten many.
TEST(ShapeScorer, MarksRowsUnlikeTheTrainingRows) {
  Model model = small_model();
  const std::size_t width = model.forest.width;
  std::vector<float> training;
  for (std::uint32_t number = 0; number < 30'000; number += 2) {
    Random of_row(number);
    for (std::size_t column = 0; column < width; ++column) {
      training.push_back(static_cast<float>(of_row.below(1500)));
    }
  }
  model.known_rows = KnownRows::of(training, width);
  const CompiledForest forest(model.forest);
  const CompiledForest other_forest(model.other_forest);
  ShapeScorer scorer(model, forest, other_forest);
  Random random(3);
  for (const std::uint32_t distinct : {40u, 30'000u, 40u}) {
    std::size_t known = 0;
    for (int batch = 0; batch < 100; ++batch) {
      const auto rows = draw_rows(random, 60, distinct, width);
      std::vector<double> shares(60 * model.apps.size());
      std::vector<std::uint8_t> unlike(60, 7);
      std::vector<double> other(60, -1);
      scorer.score(rows, shares, unlike, other);
      for (std::size_t i = 0; i < 60; ++i) {
        const auto row = std::span(rows).subspan(i * width, width);
        ASSERT_EQ(unlike[i], model.known_rows.contains(row) ? 0 : 1);
        known += 1U - unlike[i];
      }
    }
    EXPECT_NEAR(static_cast<double>(known) / 6000, 0.5, 0.1);
  }
}

TEST(ShapeScorer, FindsNoOtherTrafficWithoutTheOtherForest) {
  Model model = small_model();
  model.other_forest.trees.clear();
  const CompiledForest forest(model.forest);
  const CompiledForest other_forest(model.other_forest);
  ShapeScorer scorer(model, forest, other_forest);
  Random random(3);
  const auto rows = draw_rows(random, 9, 4, model.forest.width);
  std::vector<double> shares(9 * model.apps.size());
  std::vector<std::uint8_t> unlike(9);
  std::vector<double> other(9, -1);
  scorer.score(rows, shares, unlike, other);
  EXPECT_EQ(other, std::vector<double>(9, 0));
}

TEST(ShapeScorer, UsesTheSupportVectorMachineIfPresent) {
  Model model = small_model();
  const Dataset data = random_table(1);
  model.svm = build_svm(data, {});
  const CompiledForest forest(model.forest);
  const CompiledForest other_forest(model.other_forest);
  ShapeScorer scorer(model, forest, other_forest);
  std::vector<double> expected(model.apps.size());
  std::vector<double> actual(model.apps.size());
  for (int again = 0; again < 2; ++again) {
    model.svm->predict(data.row(0), expected);
    std::uint8_t unlike = 7;
    double other = -1;
    scorer.score(data.row(0), actual, {&unlike, 1}, {&other, 1});
    EXPECT_EQ(actual, expected);
  }
}

}  // namespace
}  // namespace flowtell
