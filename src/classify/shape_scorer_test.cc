// SPDX-License-Identifier: Apache-2.0
#include "classify/shape_scorer.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "model/svm.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Rows of so many different ones, in a seeded random order.
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

// In batches of all sizes, first with rows that come again and again, then with
// more different ones than are remembered.
TEST(ShapeScorer, SaysWhatTheForestSays) {
  const Model model = small_model();
  ShapeScorer witness(model);
  Random random(7);
  const std::size_t apps = model.apps.size();
  const std::size_t width = model.forest.width;
  for (const std::uint32_t distinct : {40u, 60'000u, 40u}) {
    for (std::size_t count = 0; count < 300; ++count) {
      const auto rows = draw_rows(random, count, distinct, width);
      std::vector<double> shares(count * apps, -1);
      witness.score(rows, shares);
      for (std::size_t i = 0; i < count; ++i) {
        std::vector<double> due(apps);
        model.forest.predict(std::span(rows).subspan(i * width, width), due);
        const auto said = std::span(shares).subspan(i * apps, apps);
        ASSERT_TRUE(std::equal(due.begin(), due.end(), said.begin()));
      }
    }
  }
}

// So many that it remembers a few rows only.
TEST(ShapeScorer, SaysTheSameOfVeryManyApps) {
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
  ShapeScorer witness(model);
  Random random(7);
  for (int i = 0; i < 300; ++i) {
    const auto row = draw_rows(random, 1, 200, small.forest.width);
    std::vector<double> due(small.apps.size());
    small.forest.predict(row, due);
    std::vector<double> said(model.apps.size(), -1);
    witness.score(row, said);
    ASSERT_TRUE(std::equal(due.begin(), due.end(), said.begin()));
  }
}

TEST(ShapeScorer, HearsTheSupportVectorMachineInTheForestsPlace) {
  Model model = small_model();
  const Dataset data = random_table(1);
  model.svm = build_svm(data, {});
  ShapeScorer witness(model);
  std::vector<double> due(model.apps.size());
  std::vector<double> said(model.apps.size());
  for (int again = 0; again < 2; ++again) {
    model.svm->predict(data.row(0), due);
    witness.score(data.row(0), said);
    EXPECT_EQ(said, due);
  }
}

}  // namespace
}  // namespace flowtell
