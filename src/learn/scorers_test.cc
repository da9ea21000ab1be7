// SPDX-License-Identifier: Apache-2.0
//
// Training and scoring; held_out_scores_test.cc covers what is held out.
#include "learn/scorers.h"

#include <gtest/gtest.h>

#include "classify/name_scorer.h"
#include "support/samples.h"

namespace flowtell {
namespace {

using Steps = std::vector<std::pair<std::size_t, std::size_t>>;

ShapeOptions svm_options(bool balance_apps) {
  ShapeOptions options;
  options.learner = Learner::kSvm;
  options.balance_apps = balance_apps;
  return options;
}

// One weak column, and nine times as many flows of a as of b.
Dataset uneven() {
  std::vector<TestRow> rows;
  for (int i = 0; i < 40; ++i) {
    const AppId app = i < 36 ? 0 : 1;
    rows.push_back(
        {{static_cast<float>(i % 4)}, app, app, 0, i < 20 ? "" : "x.example"});
  }
  return table_of(rows, 2);
}

TEST(Scorers, AreAForestOrASupportVectorMachine) {
  const Dataset data = uneven();
  ShapeOptions options;
  options.trees = 7;
  const Scorers forest = train_scorers(data, options);
  EXPECT_EQ(forest.forest, build_forest(data, options).forest);
  EXPECT_FALSE(forest.svm);
  for (const bool balance : {true, false}) {
    const Scorers svm = train_scorers(data, svm_options(balance));
    EXPECT_EQ(svm.svm, build_svm(data, {.balance_apps = balance}));
    EXPECT_TRUE(svm.forest.trees.empty());
    EXPECT_EQ(svm.forest.apps, 2U);
    EXPECT_EQ(svm.forest.width, 1U);
    EXPECT_EQ(svm.names.counts(), forest.names.counts());
    EXPECT_EQ(svm.known_rows.hashes(), forest.known_rows.hashes());
  }
  EXPECT_NE(build_svm(data, {.balance_apps = true}),
            build_svm(data, {.balance_apps = false}));
}

TEST(Scorers, ReportOneStepForASupportVectorMachine) {
  Steps steps;
  ShapeOptions options = svm_options(true);
  options.progress = [&](std::size_t done, std::size_t total) {
    steps.emplace_back(done, total);
  };
  train_scorers(uneven(), options);
  EXPECT_EQ(steps, (Steps{{1, 1}}));
}

// On any number of threads. Tasks have 64 rows; the last one has 1.
TEST(Scorers, ScoreEachRow) {
  const Dataset data = random_table(3, {.rows = 129, .telling = false});
  const Scorers scorers = train_scorers(data, svm_options(true));
  std::vector<double> expected(3);
  for (const int threads : {1, 3}) {
    const DatasetScores scores = score(scorers, data, threads);
    ASSERT_EQ(scores.shape.values.size(), 387U);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      scorers.svm->predict(data.row(row), expected);
      ASSERT_TRUE(std::ranges::equal(scores.shape.row(row), expected)) << row;
    }
  }
}

TEST(Scorers, ReturnHowEachRowsNameMatches) {
  const Dataset data = uneven();
  const DatasetScores scores =
      score(train_scorers(data, svm_options(true)), data, 1);
  ASSERT_EQ(scores.names.size(), 40U);
  EXPECT_EQ(scores.names[19].match, NameMatch::kNoName);
  EXPECT_EQ(scores.names[20].match, NameMatch::kName);
  EXPECT_EQ(scores.names[39].key, scores.names[20].key);
  EXPECT_NE(scores.names[19].key, scores.names[20].key);
  EXPECT_EQ(scores.name.row(0)[0], 0.5);
  std::vector<double> expected(2);
  NameTable::train(data).score("x.example", expected);
  EXPECT_TRUE(std::ranges::equal(scores.name.row(39), expected));
}

// Names that fold to the same have the same key, as in a name scorer.
TEST(Scorers, ReturnTheKeyOfEachName) {
  Dataset data = uneven();
  data.names = {"", "CDN12.net.example", "cdn7.net.example",
                "other.net.example"};
  for (std::size_t row = 0; row < data.rows(); ++row) {
    data.facts[row].name = static_cast<std::uint32_t>(row % 4);
  }
  const Scorers scorers = train_scorers(data, svm_options(true));
  const DatasetScores scores = score(scorers, data, 1);
  EXPECT_EQ(scores.names[1].key, scores.names[2].key);
  EXPECT_NE(scores.names[1].key, scores.names[3].key);
  NameScorer live(scorers.names, 2);
  std::vector<double> unused(2);
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(live.score(data.names[row], unused).key, scores.names[row].key);
  }
}

// A row of a test set is unlike if no training row has its values.
TEST(Scorers, MarkRowsUnlikeTheTrainingRows) {
  const Dataset data = uneven();
  const Scorers scorers = train_scorers(data, svm_options(true));
  for (const std::uint8_t unlike : score(scorers, data, 1).unlike) {
    EXPECT_EQ(unlike, 0);
  }
  const Dataset others =
      table_of({{{3}, 0, 0}, {{4}, 0, 0}, {{2.5F}, 0, 0}}, 2);
  EXPECT_EQ(score(scorers, others, 1).unlike,
            (std::vector<std::uint8_t>{0, 1, 1}));
}

TEST(DatasetScores, PutCopiesRowsToTheirIndices) {
  DatasetScores all(2, 3);
  DatasetScores some(2, 2);
  some.shape.values = {0.25, 0.75, 1, 0};
  some.name.values = {0.5, 0.5, 0, 1};
  some.names = {{4, NameMatch::kName}, {5, NameMatch::kNever}};
  some.unlike = {1, 0};
  all.unlike = {1, 1, 0};
  some.other = {0.25, 0.5};
  all.other = {1, 0.75, 1};
  all.put(std::vector<std::uint32_t>{2, 0}, some);
  EXPECT_EQ(all.unlike, (std::vector<std::uint8_t>{0, 1, 1}));
  EXPECT_EQ(all.other, (std::vector<double>{0.5, 0.75, 0.25}));
  EXPECT_EQ(all.shape.values, (std::vector<double>{1, 0, 0, 0, 0.25, 0.75}));
  EXPECT_EQ(all.name.values, (std::vector<double>{0, 1, 0, 0, 0.5, 0.5}));
  EXPECT_EQ(all.names[2].key, 4U);
  EXPECT_EQ(all.names[0].match, NameMatch::kNever);
  EXPECT_EQ(all.names[1].match, NameMatch::kNoName);
}

TEST(PartOf, ReportsProgressOfTheWhole) {
  Steps steps;
  ShapeOptions whole;
  EXPECT_FALSE(part_of(whole, 0, 2).progress);
  whole.trees = 5;
  whole.progress = [&](std::size_t done, std::size_t total) {
    steps.emplace_back(done, total);
  };
  const ShapeOptions part = part_of(whole, 2, 3);
  EXPECT_EQ(part.trees, 5U);
  part.progress(1, 5);
  part.progress(5, 5);
  EXPECT_EQ(steps, (Steps{{11, 15}, {15, 15}}));
}

}  // namespace
}  // namespace flowtell
