// SPDX-License-Identifier: Apache-2.0
#include "learn/held_out_scores.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "learn/error_target_fit.h"
#include "learn/novelty_fit.h"
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

// Two apps that look alike often enough, and whose servers' names tell them
// apart sometimes.
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

// All that can be poisoned of a row without dealing other folds: its values,
// its name, and, but for the first of its capture, its app.
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

bool same_testimony(const HeldOutScores& a, const HeldOutScores& b,
                    std::size_t row) {
  return std::ranges::equal(a.scores.shape.row(row), b.scores.shape.row(row)) &&
         std::ranges::equal(a.scores.name.row(row), b.scores.name.row(row));
}

// All rows of a fold but one are poisoned: neither what is said of that one nor
// how it is weighed may change.
TEST(CrossValidatedHearing, LearnsNothingFromTheFoldItJudges) {
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
    EXPECT_TRUE(same_testimony(poisoned, clean, kept));
    const std::uint32_t other = (fold + 1) % 3;
    EXPECT_NE(poisoned.weights.of_fold[other], clean.weights.of_fold[other])
        << "the poison must work where it is learned from";
  }
}

TEST(HearingOfOthers, LearnsNothingFromThem) {
  const Dataset trained = data_of(1);
  Dataset judged = data_of(2);
  const HeldOutScores clean = score_test_set(trained, judged, small(), {});
  for (std::size_t row = 1; row < judged.rows(); ++row) poison(judged, row);
  const HeldOutScores poisoned = score_test_set(trained, judged, small(), {});
  EXPECT_EQ(poisoned.weights.of_fold, clean.weights.of_fold);
  EXPECT_TRUE(same_testimony(poisoned, clean, 0));
  EXPECT_FALSE(same_testimony(poisoned, clean, 1));
}

TEST(HeldOutScores, IsTheSameOnAnyNumberOfThreads) {
  const Dataset data = data_of(3);
  const HeldOutScores one = score_cross_validated(data, small(1), {});
  const HeldOutScores three = score_cross_validated(data, small(3), {});
  EXPECT_EQ(three.scores.shape.values, one.scores.shape.values);
  EXPECT_EQ(three.scores.name.values, one.scores.name.values);
  EXPECT_EQ(three.weights.of_fold, one.weights.of_fold);
  EXPECT_EQ(three.weights.fold_of, one.weights.fold_of);
}

// The twin: witnesses taught by hand what the fold is not.
TEST(HeldOutTestimonies, AreOfWitnessesTaughtTheOtherFolds) {
  const Dataset data = data_of(1);
  const auto folds = assign_folds(data, small());
  const DatasetScores heard = score_held_out(data, folds, small().forest);
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t) {
    const Dataset trained = data.select(rows.trained);
    const NameTable names = NameTable::learn(trained);
    const Forest forest = build_forest(trained, small().forest).forest;
    std::vector<double> due(2);
    for (const std::uint32_t row : rows.judged) {
      names.score(data.names[data.facts[row].name], due);
      EXPECT_TRUE(std::ranges::equal(heard.name.row(row), due));
      forest.predict(data.row(row), due);
      EXPECT_TRUE(std::ranges::equal(heard.shape.row(row), due));
    }
  });
}

// Progress of all there is to learn, as parts of one whole: it never falls
// back, and ends where all is done. Of two apps none is left out, which skips
// half of what weights take.
TEST(HeldOutScores, TellsHowFarItIs) {
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
  // Of 8 trees: in two halves of which the first has two, of three folds.
  score_test_set(data, data, options, {});
  check(1.0 / 8 / 3 / 2 / 2);
  score_cross_validated(data, options, {});
  check(1.0 / 8 / 3 / 2 / 4);
  score_held_out(data, assign_folds(data, options), options.forest);
  EXPECT_EQ(reported.size(), 24U);
  check(1.0 / 8 / 3);
}

// What is learned of apps left out takes three apps.
TEST(LearnedWeights, ReckonWithOtherAppsFromThreeOn) {
  EXPECT_EQ(learn_weights(data_of(1), small(), kEvidenceKinds)[0].novelty,
            Novelty{});
  std::vector<TestRow> rows = rows_of(1);
  for (TestRow& row : rows) {
    if (row.capture % 3 == 0) row.app = 2;
  }
  const Dataset data = table_of(rows, 3);
  const auto all = learn_weights(data, small(), kEvidenceKinds);
  EXPECT_EQ(all[0].novelty.prior, 0.02);
  EXPECT_EQ(all[5].novelty, all[0].novelty);
  const DatasetScores heard =
      score_held_out(data, assign_folds(data, small()), small().forest);
  EXPECT_EQ(all[0].novelty,
            fit_novelty(data, heard, score_left_out(data, small().forest)));
  EXPECT_EQ(
      all[0].error_targets,
      fit_error_targets(data, classify_captures(data, heard, {{all[0]}, {}},
                                                kEvidenceKinds[0])));
}

TEST(LearnedWeights, AreThoseOfEachKindInTurn) {
  const Dataset data = data_of(1);
  const auto all = learn_weights(data, small(), kEvidenceKinds);
  ASSERT_EQ(all.size(), kEvidenceKinds.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(learn_weights(data, small(), {&kEvidenceKinds[i], 1}).front(),
              all[i]);
    EXPECT_TRUE(kEvidenceKinds[i].shape || all[i].shape == 1);
    EXPECT_TRUE(kEvidenceKinds[i].name || all[i].name == 1);
  }
}

TEST(LearnedWeights, StayAsTheyAreWhereNothingCanBeHeldOut) {
  const Dataset data = table_of({{{0}, 0, 0}, {{1}, 1, 0}}, 2);
  const auto all = learn_weights(data, small(), kEvidenceKinds);
  EXPECT_EQ(all, std::vector<EvidenceWeights>(kEvidenceKinds.size()));
}

}  // namespace
}  // namespace flowtell
