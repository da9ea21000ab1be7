// SPDX-License-Identifier: Apache-2.0
//
// How witnesses are taught and heard; learner_test.cc has who is taught what.
#include "learn/scorers.h"

#include <gtest/gtest.h>

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

// One column, which says little, and nine times as many flows of a as of b.
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
  }
  EXPECT_NE(build_svm(data, {.balance_apps = true}),
            build_svm(data, {.balance_apps = false}));
}

TEST(Scorers, TellOneStepOfASupportVectorMachine) {
  Steps steps;
  ShapeOptions options = svm_options(true);
  options.progress = [&](std::size_t done, std::size_t total) {
    steps.emplace_back(done, total);
  };
  train_scorers(uneven(), options);
  EXPECT_EQ(steps, (Steps{{1, 1}}));
}

// Each row as the witness itself judges it, on any number of threads; of tasks
// of 64 rows the last has one.
TEST(Scorers, AreHeardOnEachRow) {
  const Dataset data = random_table(3, {.rows = 129, .telling = false});
  const Scorers scorers = train_scorers(data, svm_options(true));
  std::vector<double> due(3);
  for (const int threads : {1, 3}) {
    const DatasetScores heard = add(scorers, data, threads);
    ASSERT_EQ(heard.shape.values.size(), 387U);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      scorers.svm->predict(data.row(row), due);
      ASSERT_TRUE(std::ranges::equal(heard.shape.row(row), due)) << row;
    }
  }
}

TEST(Scorers, SayOfEachRowsNameHowItIsKnown) {
  const Dataset data = uneven();
  const DatasetScores heard =
      add(train_scorers(data, svm_options(true)), data, 1);
  ASSERT_EQ(heard.words.size(), 40U);
  EXPECT_EQ(heard.words[19].match, NameMatch::kNoName);
  EXPECT_EQ(heard.words[19].number, 0U);
  EXPECT_EQ(heard.words[20].match, NameMatch::kName);
  EXPECT_EQ(heard.words[20].number, 1U);
  EXPECT_EQ(heard.words[39].number, 1U);
  EXPECT_EQ(heard.name.row(0)[0], 0.5);
  std::vector<double> due(2);
  NameTable::learn(data).score("x.example", due);
  EXPECT_TRUE(std::ranges::equal(heard.name.row(39), due));
}

TEST(DatasetScores, ArePutWhereTheirRowsStood) {
  DatasetScores all(2, 3);
  DatasetScores some(2, 2);
  some.shape.values = {0.25, 0.75, 1, 0};
  some.name.values = {0.5, 0.5, 0, 1};
  some.words = {{4, NameMatch::kName}, {5, NameMatch::kNever}};
  all.put(std::vector<std::uint32_t>{2, 0}, some);
  EXPECT_EQ(all.shape.values, (std::vector<double>{1, 0, 0, 0, 0.25, 0.75}));
  EXPECT_EQ(all.name.values, (std::vector<double>{0, 1, 0, 0, 0.5, 0.5}));
  EXPECT_EQ(all.words[2].number, 4U);
  EXPECT_EQ(all.words[0].match, NameMatch::kNever);
  EXPECT_EQ(all.words[1].match, NameMatch::kNoName);
}

TEST(PartOfTheWork, IsToldAsProgressOfTheWhole) {
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
