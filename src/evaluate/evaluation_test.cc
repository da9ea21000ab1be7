// SPDX-License-Identifier: Apache-2.0
#include "evaluate/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/ten_flows.h"

namespace flowtell {
namespace {

TEST(Evaluation, CountsTheConfusionMatrix) {
  const std::vector<std::vector<std::uint64_t>> expected = {
      {3, 1, 0, 0}, {1, 2, 0, 0}, {1, 2, 0, 0}, {0, 0, 0, 0}};
  EXPECT_EQ(hand_computed_evaluation().confusion, expected);
}

TEST(Evaluation, ListsConfusionsRowByRow) {
  EXPECT_EQ(
      nonzero_confusions(hand_computed_evaluation().confusion),
      (std::vector<Confusion>{
          {0, 0, 3}, {0, 1, 1}, {1, 0, 1}, {1, 1, 2}, {2, 0, 1}, {2, 1, 2}}));
  Evaluation of_three;
  of_three.confusion = {{5, 0, 4}, {0, 0, 0}, {0, 2, 3}};
  EXPECT_EQ(
      nonzero_confusions(of_three.confusion),
      (std::vector<Confusion>{{0, 0, 5}, {0, 2, 4}, {2, 1, 2}, {2, 2, 3}}));
}

TEST(Evaluation, NamesEveryFlowForRecallAndPrecision) {
  const Evaluation evaluation = hand_computed_evaluation();
  EXPECT_EQ(evaluation.flows, 10u);
  EXPECT_EQ(evaluation.captures, 3u);
  EXPECT_DOUBLE_EQ(evaluation.accuracy, 5.0 / 10);
  EXPECT_DOUBLE_EQ(evaluation.apps[0].recall, 3.0 / 4);
  EXPECT_DOUBLE_EQ(evaluation.apps[0].precision, 3.0 / 5);
  EXPECT_DOUBLE_EQ(evaluation.apps[1].recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.apps[1].precision, 2.0 / 5);
  EXPECT_DOUBLE_EQ(evaluation.apps[2].recall, 0);
  EXPECT_DOUBLE_EQ(evaluation.apps[2].precision, 0);
  EXPECT_DOUBLE_EQ(evaluation.balanced_accuracy, (3.0 / 4 + 2.0 / 3 + 0.0) / 3);
}

TEST(Evaluation, ExcludesUnknownFlowsFromCorrect) {
  const Evaluation evaluation = hand_computed_evaluation();
  EXPECT_DOUBLE_EQ(evaluation.apps[0].unknown, 1.0 / 4);
  EXPECT_DOUBLE_EQ(evaluation.apps[0].correct, 2.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.apps[1].unknown, 1.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.apps[1].correct, 1.0 / 2);
  EXPECT_DOUBLE_EQ(evaluation.apps[2].unknown, 2.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.apps[2].correct, 0);
  EXPECT_DOUBLE_EQ(evaluation.coverage, 6.0 / 10);
}

TEST(Evaluation, ExcludesAppsWithoutFlowsFromTheMeans) {
  const Evaluation evaluation = hand_computed_evaluation();
  EXPECT_EQ(evaluation.apps[3].app, "zither");
  EXPECT_EQ(evaluation.apps[3].flows, 0u);
  EXPECT_EQ(evaluation.apps[3].recall, 0);
  EXPECT_DOUBLE_EQ(evaluation.correct, (2.0 / 3 + 1.0 / 2 + 0.0) / 3);
  EXPECT_DOUBLE_EQ(evaluation.unknown, (1.0 / 4 + 1.0 / 3 + 2.0 / 3) / 3);
}

TEST(Evaluation, IsZeroWithoutFlows) {
  Dataset none = ten_flows().select({});
  const Evaluation evaluation = evaluate(none, Probabilities(4, 0), kRule);
  EXPECT_EQ(evaluation.flows, 0u);
  EXPECT_EQ(evaluation.accuracy, 0);
  EXPECT_EQ(evaluation.balanced_accuracy, 0);
  EXPECT_EQ(evaluation.coverage, 0);
}

// Six flows are named, three of them wrong.
TEST(Evaluation, ReportsTheErrorOfNamedFlows) {
  EXPECT_DOUBLE_EQ(hand_computed_evaluation().selective_risk, 3.0 / 6);
}

TEST(Evaluation, ListsAppsWithZeroRecall) {
  EXPECT_EQ(hand_computed_evaluation().zero_recall_apps(),
            (std::vector<std::string>{"video"}));
}

// Eight captures of two apps. In the first four the scores are uniform, in the
// others they are right.
class EvaluateTimeline : public testing::Test {
 protected:
  EvaluateTimeline() {
    std::vector<TestRow> rows;
    for (std::uint32_t capture = 0; capture < 8; ++capture) {
      const auto app = static_cast<AppId>(capture % 2);
      for (int flow = 0; flow < 2; ++flow) rows.push_back({{0}, app, capture});
    }
    data = table_of(rows, 2);
    held_out.scores = DatasetScores(2, 16);
    std::ranges::fill(held_out.scores.name.values, 0.5);
    for (std::size_t row = 0; row < 16; ++row) {
      const double share = row < 8 ? 0.5 : 0.9;
      held_out.scores.shape.row(row)[data.labels[row]] = share;
      held_out.scores.shape.row(row)[1u - data.labels[row]] = 1 - share;
    }
    held_out.weights.of_fold = {{}};
  }

  Dataset data;
  HeldOutScores held_out;
};

TEST_F(EvaluateTimeline, IsScoredInSeveralOrders) {
  const TimelineScore score = evaluate_timeline(data, held_out, {}, 3);
  ASSERT_EQ(score.repeats, 5u);
  std::vector<double> accuracies;
  for (std::uint64_t seed = 3; seed < 8; ++seed) {
    accuracies.push_back(
        evaluate(data,
                 classify_rows(data, held_out.scores, held_out.weights, {},
                               arrange_timeline(data, seed)),
                 {})
            .accuracy);
  }
  double mean = 0;
  for (const double accuracy : accuracies) mean += accuracy / 5;
  double squares = 0;
  for (const double accuracy : accuracies) {
    squares += (accuracy - mean) * (accuracy - mean) / 5;
  }
  EXPECT_NEAR(score.mean.accuracy, mean, 1e-12);
  EXPECT_NEAR(score.spread.accuracy, std::sqrt(squares), 1e-12);
  EXPECT_GT(score.spread.accuracy, 0) << "the orders must matter here";
  EXPECT_EQ(evaluate_timeline(data, held_out, {}, 3).mean, score.mean);
}

// Without time evidence the order does not matter.
TEST_F(EvaluateTimeline, HasNoSpreadWithoutTime) {
  const EvidenceKinds shape{true, false, false};
  const TimelineScore score = evaluate_timeline(data, held_out, shape, 3);
  EXPECT_EQ(score.spread, Score{});
  EXPECT_NEAR(score.mean.accuracy, 0.75, 1e-12);
}

// Half of the flows have uniform scores. Alone, these are named as the first
// app. Without time evidence mixing changes nothing.
TEST_F(EvaluateTimeline, HasMixedPairs) {
  const EvidenceKinds shape{true, false, false};
  const auto score = evaluate_mixed(data, held_out, shape, 3);
  ASSERT_TRUE(score);
  EXPECT_EQ(score->repeats, 5U);
  EXPECT_EQ(score->mixed, score->alone);
  EXPECT_NEAR(score->alone.accuracy, 0.75, 1e-12);
  EXPECT_NEAR(score->alone.balanced_accuracy, 0.75, 1e-12);
  EXPECT_NEAR(score->as_other_app, 0.25, 1e-12);
  EXPECT_NEAR(score->alone_as_other, 0.25, 1e-12);
}

// With time evidence a flow without evidence of its own gets the name of the
// other app in its burst, where that app has evidence.
TEST_F(EvaluateTimeline, MixedPairsInfluenceEachOther) {
  const auto score = evaluate_mixed(data, held_out, {}, 3);
  ASSERT_TRUE(score);
  EXPECT_NE(score->mixed, score->alone);
  EXPECT_NEAR(score->as_other_app, 1 - score->mixed.accuracy, 1e-12)
      << "there are two apps";
}

TEST_F(EvaluateTimeline, HasNoMixedPairsOfOneApp) {
  std::vector<std::uint32_t> of_one_app;
  for (std::uint32_t row = 0; row < 16; ++row) {
    if (data.labels[row] == 0) of_one_app.push_back(row);
  }
  HeldOutScores own;
  own.scores = DatasetScores(2, of_one_app.size());
  own.weights = held_out.weights;
  EXPECT_FALSE(evaluate_mixed(data.select(of_one_app), own, {}, 3));
}

// Flows 2 to 5 go to shared servers; two of them are named right.
TEST(Evaluation, CountsAmbiguousFlowsSeparately) {
  AmbiguousRows ambiguous{std::vector<bool>(10), {"UDP 53", "x.example"}};
  for (std::size_t row = 2; row < 6; ++row) ambiguous.rows[row] = true;
  const auto score =
      evaluate_ambiguity(ten_flows(), ten_predictions(), ambiguous);
  EXPECT_EQ(score.groups, 2U);
  EXPECT_EQ(score.flows, 4U);
  EXPECT_DOUBLE_EQ(score.right, 2.0 / 4);
  EXPECT_DOUBLE_EQ(score.accuracy_of_rest, 3.0 / 6);
}

// At a threshold of 0.7 five flows are named, three of them right.
TEST(Evaluation, CountsTheFlowsAPresetNames) {
  PlainShares shares{ten_predictions(), std::vector<bool>(10)};
  shares.ambiguous[8] = shares.ambiguous[9] = true;
  const auto score = evaluate_preset(ten_flows(), shares,
                                     {.max_false_unknown = {}, .floor = 0.7});
  EXPECT_EQ(score.named, 5U);
  EXPECT_DOUBLE_EQ(score.accuracy_of_named, 3.0 / 5);
  EXPECT_EQ(score.ambiguous, 2U);
  EXPECT_DOUBLE_EQ(score.right_of_unambiguous, 5.0 / 8);
}

}  // namespace
}  // namespace flowtell
