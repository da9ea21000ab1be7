// SPDX-License-Identifier: Apache-2.0
#include "learn/held_out_scores.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "learn/evidence_fit.h"
#include "learn/unknown_fit.h"
#include "support/samples.h"

namespace flowtell {
namespace {

CrossValidationOptions small(int threads = 1) {
  CrossValidationOptions options;
  options.folds = 3;
  options.forest.trees = 8;
  options.forest.threads = threads;
  options.forest.seed = 4;
  return options;
}

// Two apps with overlapping shapes and partly shared server names.
std::vector<TestRow> rows_of(std::uint64_t seed) {
  Random random(seed);
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < 18; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    for (std::uint32_t flow = 0; flow < 6; ++flow) {
      const auto own = static_cast<float>(app) * 0.3F;
      rows.push_back(
          {{static_cast<float>(random.unit()) + own,
            static_cast<float>(random.unit())},
           app,
           capture,
           flow / 2,
           fmt::format("{}.com", random.below(3) == 0 ? std::string("shared")
                                 : app == 0           ? "chat"
                                                      : "video")});
    }
  }
  return rows;
}

Dataset data_of(std::uint64_t seed) { return table_of(rows_of(seed), 2); }

std::vector<EvidenceWeights> weights_of(
    const Dataset& data,
    std::span<const EvidenceKinds> kinds = kEvidenceKinds) {
  return learn_weights(data, score_folds(data, small()), small(), kinds);
}

// Changes all of a row that does not affect the fold assignment: its values,
// its name and, except for the first row of a capture, its app.
void poison(Dataset& data, std::size_t row) {
  for (std::size_t i = 0; i < data.width; ++i) {
    data.values[row * data.width + i] = -1000;
  }
  if (data.names.back() != "poison.com") data.names.push_back("poison.com");
  data.facts[row].name = static_cast<std::uint32_t>(data.names.size() - 1);
  if (row > 0 && data.capture_of[row] == data.capture_of[row - 1]) {
    data.labels[row] = static_cast<AppId>(1 - data.labels[row]);
  }
}

bool same_scores(const HeldOutScores& a, const HeldOutScores& b,
                 std::size_t row) {
  return std::ranges::equal(a.scores.shape.row(row), b.scores.shape.row(row)) &&
         std::ranges::equal(a.scores.name.row(row), b.scores.name.row(row));
}

// Poisons all rows of a fold but one: its scores and weights must not change.
TEST(CrossValidatedScores, DoNotDependOnTheFoldTested) {
  for (std::uint32_t fold = 0; fold < 3; ++fold) {
    Dataset data = data_of(1);
    const HeldOutScores clean = score_cross_validated(data, small(), {});
    const auto& folds = clean.weights.fold_of;
    ASSERT_EQ(count_folds(folds), 3u);
    const auto kept = static_cast<std::size_t>(std::ranges::find(folds, fold) -
                                               folds.begin());
    for (std::size_t row = 0; row < data.rows(); ++row) {
      if (folds[row] == fold && row != kept) poison(data, row);
    }
    const HeldOutScores poisoned = score_cross_validated(data, small(), {});
    ASSERT_EQ(poisoned.weights.fold_of, folds);
    EXPECT_EQ(poisoned.weights.of_fold[fold], clean.weights.of_fold[fold]);
    EXPECT_TRUE(same_scores(poisoned, clean, kept));
    const std::uint32_t other = (fold + 1) % 3;
    EXPECT_NE(poisoned.weights.of_fold[other], clean.weights.of_fold[other])
        << "the poison must affect training";
  }
}

TEST(TestSetScores, DoNotDependOnOtherTestRows) {
  const Dataset train = data_of(1);
  Dataset test = data_of(2);
  const HeldOutScores clean = score_test_set(train, test, small(), {});
  for (std::size_t row = 1; row < test.rows(); ++row) poison(test, row);
  const HeldOutScores poisoned = score_test_set(train, test, small(), {});
  EXPECT_EQ(poisoned.weights.of_fold, clean.weights.of_fold);
  EXPECT_TRUE(same_scores(poisoned, clean, 0));
  EXPECT_FALSE(same_scores(poisoned, clean, 1));
}

TEST(HeldOutScores, AreTheSameOnAnyNumberOfThreads) {
  const Dataset data = data_of(3);
  const HeldOutScores one = score_cross_validated(data, small(1), {});
  const HeldOutScores three = score_cross_validated(data, small(3), {});
  EXPECT_EQ(three.scores.shape.values, one.scores.shape.values);
  EXPECT_EQ(three.scores.name.values, one.scores.name.values);
  EXPECT_EQ(three.weights.of_fold, one.weights.of_fold);
  EXPECT_EQ(three.weights.fold_of, one.weights.fold_of);
}

TEST(LearnedWeights, AreTheSameOnAnyNumberOfThreads) {
  std::vector<TestRow> rows = rows_of(3);
  for (TestRow& row : rows) {
    if (row.capture % 3 == 0) row.app = 2;
  }
  const Dataset data = table_of(rows, 3);
  const auto learn = [&](int threads) {
    return learn_weights(data, score_folds(data, small(threads)),
                         small(threads), kEvidenceKinds);
  };
  const auto one = learn(1);
  ASSERT_TRUE(one[0].unknown.is_fitted);
  EXPECT_EQ(learn(3), one);
}

TEST(HeldOutScores, AreTheSameFromSharedScoresOfTheFolds) {
  const Dataset data = data_of(3);
  const HeldOutScores own = score_cross_validated(data, small(), {});
  const HeldOutScores shared =
      score_cross_validated(data, score_folds(data, small()), small(), {});
  EXPECT_EQ(shared.scores.shape.values, own.scores.shape.values);
  EXPECT_EQ(shared.scores.name.values, own.scores.name.values);
  EXPECT_EQ(shared.weights.of_fold, own.weights.of_fold);
  EXPECT_EQ(shared.weights.fold_of, own.weights.fold_of);
}

// The reference trains the scorers by hand.
TEST(HeldOutScores, ComeFromScorersTrainedOnTheOtherFolds) {
  const Dataset data = data_of(1);
  const auto folds = assign_folds(data, small());
  const DatasetScores scores = score_held_out(data, folds, small().forest);
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t) {
    const Dataset train = data.select(rows.train);
    const NameTable names = NameTable::train(train);
    const Forest forest = build_forest(train, small().forest).forest;
    std::vector<double> expected(2);
    for (const std::uint32_t row : rows.test) {
      names.score(data.names[data.facts[row].name], expected);
      EXPECT_TRUE(std::ranges::equal(scores.name.row(row), expected));
      forest.predict(data.row(row), expected);
      EXPECT_TRUE(std::ranges::equal(scores.shape.row(row), expected));
    }
  });
}

// Progress covers all training steps, never decreases and ends at 1. With two
// apps no app is left out, which is half of the work on weights.
TEST(HeldOutScores, ReportProgress) {
  const Dataset data = data_of(3);
  std::vector<double> reported;
  CrossValidationOptions options = small();
  options.forest.progress = [&](std::size_t done, std::size_t total) {
    reported.push_back(static_cast<double>(done) / static_cast<double>(total));
  };
  const auto check = [&](double first) {
    EXPECT_TRUE(std::ranges::is_sorted(reported));
    EXPECT_DOUBLE_EQ(reported.front(), first);
    EXPECT_DOUBLE_EQ(reported.back(), 1);
    reported.clear();
  };
  // 8 trees, 3 folds, and two halves within the first of two parts.
  score_test_set(data, data, options, {});
  check(1.0 / 8 / 3 / 2 / 2);
  score_cross_validated(data, options, {});
  check(1.0 / 8 / 3 / 2 / 4);
  score_held_out(data, assign_folds(data, options), options.forest);
  EXPECT_EQ(reported.size(), 24U);
  check(1.0 / 8 / 3);
}

// Leaving apps out needs three apps.
TEST(LearnedWeights, CoverUnknownAppsFromThreeAppsOn) {
  EXPECT_EQ(weights_of(data_of(1))[0].unknown, UnknownModel{});
  std::vector<TestRow> rows = rows_of(1);
  for (TestRow& row : rows) {
    if (row.capture % 3 == 0) row.app = 2;
  }
  const Dataset data = table_of(rows, 3);
  const auto all = weights_of(data);
  const auto folds = assign_folds(data, small());
  const DatasetScores scores = score_held_out(data, folds, small().forest);
  const LeftOutGroups groups(data);
  EXPECT_EQ(groups.apps_left(), 2U);
  const DatasetScores left_out =
      score_held_out(data, groups.of_rows(), small().forest);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(all[i].unknown.is_fitted);
    EXPECT_EQ(
        all[i].unknown,
        fit_unknown(data,
                    {measure_unknown(data, scores, kEvidenceKinds[i], 3),
                     measure_unknown(data, left_out, kEvidenceKinds[i], 2)},
                    folds));
  }
  EXPECT_EQ(
      all[0].error_targets,
      fit_error_targets(data, classify_captures(data, scores, {{all[0]}, {}},
                                                kEvidenceKinds[0])));
}

TEST(LearnedWeights, AreFittedForEachKind) {
  const Dataset data = data_of(1);
  const auto all = weights_of(data);
  ASSERT_EQ(all.size(), kEvidenceKinds.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(weights_of(data, {&kEvidenceKinds[i], 1}).front(), all[i]);
    EXPECT_TRUE(kEvidenceKinds[i].shape || all[i].shape == 1);
    EXPECT_TRUE(kEvidenceKinds[i].name || all[i].name == 1);
  }
}

TEST(LearnedWeights, KeepTheirDefaultsWithoutHeldOutRows) {
  const Dataset data = table_of({{{0}, 0, 0}, {{1}, 1, 0}}, 2);
  const auto all = weights_of(data);
  EXPECT_EQ(all, std::vector<EvidenceWeights>(kEvidenceKinds.size()));
}

}  // namespace
}  // namespace flowtell
