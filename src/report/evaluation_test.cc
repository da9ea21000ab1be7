// SPDX-License-Identifier: Apache-2.0
//
// Ten flows judged by hand:
//
//   truth   chat   mail   video  rule     verdict
//   chat    0.9    0.1    0      -        chat
//   chat    0.8    0.1    0.1    -        chat
//   chat    0.2    0.7    0.1    -        mail
//   chat    0.47   0.44   0.09   margin   (chat)
//   mail    0.1    0.9    0      -        mail
//   mail    0.6    0.3    0.1    -        chat
//   mail    0.3    0.4    0.3    floor    (mail)
//   video   0.7    0.2    0.1    -        chat
//   video   0.1    0.45   0.45   floor    (mail)
//   video   0      0.5    0.5    margin   (mail)
#include "report/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support/samples.h"

namespace flowtell {
namespace {

constexpr UnknownRule kRule{0.46, 0.05};

Dataset ten_flows() {
  std::vector<TestRow> rows;
  for (int i = 0; i < 4; ++i) rows.push_back({{0}, 0, 0});
  for (int i = 0; i < 3; ++i) rows.push_back({{0}, 1, 1});
  for (int i = 0; i < 3; ++i) rows.push_back({{0}, 2, 2});
  Dataset data = table_of(rows, 4);
  data.apps = {"chat", "mail", "video", "zither"};
  return data;
}

Probabilities judged() {
  Probabilities all(4, 0);
  for (const std::array<double, 3>& row :
       std::vector<std::array<double, 3>>{{0.9, 0.1, 0},
                                          {0.8, 0.1, 0.1},
                                          {0.2, 0.7, 0.1},
                                          {0.47, 0.44, 0.09},
                                          {0.1, 0.9, 0},
                                          {0.6, 0.3, 0.1},
                                          {0.3, 0.4, 0.3},
                                          {0.7, 0.2, 0.1},
                                          {0.1, 0.45, 0.45},
                                          {0, 0.5, 0.5}}) {
    all.values.insert(all.values.end(), row.begin(), row.end());
    all.values.push_back(0);
  }
  return all;
}

Evaluation hand_computed() { return evaluate(ten_flows(), judged(), kRule); }

EvaluationSetting setting() {
  EvaluationSetting told;
  told.captures = "home/";
  told.features = {"robust", "classic14"};
  told.evidence = "shape,time";
  told.split = "by-capture";
  told.folds = 5;
  told.rule = kRule;
  told.seed = 7;
  return told;
}

TEST(Evaluation, CountsWhatWasTakenForWhat) {
  const std::vector<std::vector<std::uint64_t>> due = {
      {3, 1, 0, 0}, {1, 2, 0, 0}, {1, 2, 0, 0}, {0, 0, 0, 0}};
  EXPECT_EQ(hand_computed().confusion, due);
}

TEST(Evaluation, ListsWhatWasTakenForWhatRowByRow) {
  EXPECT_EQ(
      hand_computed().confusions(),
      (std::vector<Confusion>{
          {0, 0, 3}, {0, 1, 1}, {1, 0, 1}, {1, 1, 2}, {2, 0, 1}, {2, 1, 2}}));
  Evaluation of_three;
  of_three.confusion = {{5, 0, 4}, {0, 0, 0}, {0, 2, 3}};
  EXPECT_EQ(
      of_three.confusions(),
      (std::vector<Confusion>{{0, 0, 5}, {0, 2, 4}, {2, 1, 2}, {2, 2, 3}}));
}

TEST(Evaluation, JudgesEveryFlowForRecallAndPrecision) {
  const Evaluation evaluation = hand_computed();
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

TEST(Evaluation, LeavesUnknownFlowsOutOfCorrect) {
  const Evaluation evaluation = hand_computed();
  EXPECT_DOUBLE_EQ(evaluation.apps[0].unknown, 1.0 / 4);
  EXPECT_DOUBLE_EQ(evaluation.apps[0].correct, 2.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.apps[1].unknown, 1.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.apps[1].correct, 1.0 / 2);
  EXPECT_DOUBLE_EQ(evaluation.apps[2].unknown, 2.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.apps[2].correct, 0);
  EXPECT_DOUBLE_EQ(evaluation.coverage, 6.0 / 10);
}

TEST(Evaluation, LeavesAnAppWithoutFlowsOutOfTheMeans) {
  const Evaluation evaluation = hand_computed();
  EXPECT_EQ(evaluation.apps[3].app, "zither");
  EXPECT_EQ(evaluation.apps[3].flows, 0u);
  EXPECT_EQ(evaluation.apps[3].recall, 0);
  EXPECT_DOUBLE_EQ(evaluation.correct, (2.0 / 3 + 1.0 / 2 + 0.0) / 3);
  EXPECT_DOUBLE_EQ(evaluation.unknown, (1.0 / 4 + 1.0 / 3 + 2.0 / 3) / 3);
}

TEST(Evaluation, OfNoFlowsIsAllNothing) {
  Dataset none = ten_flows().select({});
  const Evaluation evaluation = evaluate(none, Probabilities(4, 0), kRule);
  EXPECT_EQ(evaluation.flows, 0u);
  EXPECT_EQ(evaluation.accuracy, 0);
  EXPECT_EQ(evaluation.balanced_accuracy, 0);
  EXPECT_EQ(evaluation.coverage, 0);
}

// Six were named, the fourth of mail and the first of video among them wrong.
TEST(Evaluation, TellsTheErrorAmongTheFlowsNamed) {
  EXPECT_DOUBLE_EQ(hand_computed().error_named, 3.0 / 6);
}

TEST(Evaluation, TellsWhichAppsAreLost) {
  EXPECT_EQ(hand_computed().lost_apps(), (std::vector<std::string>{"video"}));
}

// Four captures of two apps: in two of each app the witnesses speak up, the
// flows of the others have nobody to speak for them.
class Timeline : public testing::Test {
 protected:
  Timeline() {
    std::vector<TestRow> rows;
    for (std::uint32_t capture = 0; capture < 8; ++capture) {
      const auto app = static_cast<AppId>(capture % 2);
      for (int flow = 0; flow < 2; ++flow) rows.push_back({{0}, app, capture});
    }
    data = table_of(rows, 2);
    hearing.testimonies = Testimonies(2, 16);
    std::ranges::fill(hearing.testimonies.name.values, 0.5);
    for (std::size_t row = 0; row < 16; ++row) {
      const double said = row < 8 ? 0.5 : 0.9;
      hearing.testimonies.shape.row(row)[data.labels[row]] = said;
      hearing.testimonies.shape.row(row)[1u - data.labels[row]] = 1 - said;
    }
    hearing.weights.of_fold = {{}};
  }

  Dataset data;
  Hearing hearing;
};

TEST_F(Timeline, IsScoredInSeveralOrders) {
  const TimelineScore score = evaluate_timeline(data, hearing, {}, 3);
  ASSERT_EQ(score.repeats, 5u);
  std::vector<double> accuracies;
  for (std::uint64_t seed = 3; seed < 8; ++seed) {
    accuracies.push_back(evaluate(data,
                                  judge_timeline(data, hearing.testimonies,
                                                 hearing.weights, {}, seed),
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
  EXPECT_EQ(evaluate_timeline(data, hearing, {}, 3).mean, score.mean);
}

// Alone, each flow is judged as if no other were there.
TEST_F(Timeline, HasNoSpreadWithoutTime) {
  const EvidenceKinds shape{true, false, false};
  const TimelineScore score = evaluate_timeline(data, hearing, shape, 3);
  EXPECT_EQ(score.spread, Score{});
  EXPECT_NEAR(score.mean.accuracy, 0.75, 1e-12);
}

TEST(EvaluationText, ShowsItAllToAPerson) {
  EXPECT_EQ(
      evaluation_text(hand_computed(), setting()),
      "app      flows  % correct  % unknown  % precision  % recall\n"
      "-----------------------------------------------------------\n"
      "chat         4       66.7       25.0         60.0      75.0\n"
      "mail         3       50.0       33.3         40.0      66.7\n"
      "video        3        0.0       66.7          0.0       0.0\n"
      "zither       0        0.0        0.0          0.0       0.0\n"
      "-----------------------------------------------------------\n"
      "average     10       38.9       41.7         33.3      47.2\n"
      "\n"
      "Of all 10 flows: accuracy 50.0 %, balanced 47.2 % (every flow named).\n"
      "Under floor=0.46,margin=0.05: 60.0 % named (coverage), 50.0 % of them "
      "wrong; on average over the apps 38.9 % right.\n"
      "Confidences are off by 25.8 % on average.\n"
      "No flow of video is named right.\n"
      "\n"
      "Worst confusions:\n"
      "  2 of 3 video flows (66.7 %) named mail\n"
      "  1 of 4 chat flows (25.0 %) named mail\n"
      "  1 of 3 mail flows (33.3 %) named chat\n"
      "\n"
      "Split by-capture into 5 folds: 3 captures of home/, none judged by a "
      "forest that learned from it.\n"
      "Features robust and classic14, evidence shape,time, seed 7.\n");
}

TEST(EvaluationText, CallsASplitByFlowOptimistic) {
  EvaluationSetting by_flow = setting();
  by_flow.split = "by-flow";
  EXPECT_NE(evaluation_text(hand_computed(), by_flow)
                .find("Split by-flow into 5 folds: optimistic, for flows of "
                      "one capture resemble each other.\n"),
            std::string::npos);
}

TEST(EvaluationText, NamesTheCapturesItWasJudgedOn) {
  EvaluationSetting other = setting();
  other.tested = "office/";
  EXPECT_NE(evaluation_text(hand_computed(), other)
                .find("Learned from home/, judged on 3 captures of office/.\n"),
            std::string::npos);
}

TEST(EvaluationText, NamesTheAppsThatAreLost) {
  EXPECT_NE(evaluation_text(hand_computed(), setting())
                .find("No flow of video is named right.\n"),
            std::string::npos);
}

TEST(EvaluationText, SaysWhereNothingWasConfused) {
  Probabilities right(4, 10);
  const Dataset data = ten_flows();
  for (std::size_t row = 0; row < 10; ++row) {
    right.values[row * 4 + data.labels[row]] = 1;
  }
  EXPECT_NE(evaluation_text(evaluate(data, right, kRule), setting())
                .find("Worst confusions:\n  none\n"),
            std::string::npos);
}

Evaluation with_timeline() {
  Evaluation evaluation = hand_computed();
  evaluation.timeline = TimelineScore{5, {0.75, 0.625}, {0.03125, 0.0625}};
  return evaluation;
}

TEST(EvaluationText, TellsOfADay) {
  EXPECT_NE(evaluation_text(with_timeline(), setting())
                .find("As one device's day, in 5 random orders: accuracy 75.0 "
                      "% (± 3.1), balanced 62.5 % (± 6.2).\n"),
            std::string::npos);
}

TEST(EvaluationJson, TellsOfADayWhereItWasJudged) {
  const auto json =
      nlohmann::json::parse(evaluation_json(with_timeline(), setting()));
  EXPECT_EQ(json["timeline"],
            (nlohmann::json{{"repeats", 5},
                            {"accuracy", 0.75},
                            {"balanced_accuracy", 0.625},
                            {"accuracy_spread", 0.03125},
                            {"balanced_accuracy_spread", 0.0625}}));
  EXPECT_FALSE(
      nlohmann::json::parse(evaluation_json(hand_computed(), setting()))
          .contains("timeline"));
}

Evaluation with_use_and_repeats() {
  Evaluation evaluation = hand_computed();
  evaluation.evidence_use = EvidenceUse{10, {4, 1, 0, 5, 0, 0}, 3, 8};
  evaluation.repeats = RepeatedScore{
      {{0.5, 0.25}, {0.75, 0.5}}, {0.625, 0.5, 0.75}, {0.375, 0.125, 0.625}};
  return evaluation;
}

TEST(EvaluationText, TellsOfTheEvidenceThatWasAsked) {
  EvaluationSetting asked = setting();
  const Evaluation evaluation = with_use_and_repeats();
  const std::string names =
      "A server's name was found for 60.0 % of the flows, one that was learned "
      "for 30.0 "
      "%.\n";
  const std::string time =
      "Of 80.0 % of the flows the device had been seen before.\n";
  const auto holds = [&](const std::string& words) {
    return evaluation_text(evaluation, asked).find(words) != std::string::npos;
  };
  EXPECT_FALSE(holds(names));
  EXPECT_TRUE(holds(time));
  asked.evidence = "shape,name";
  EXPECT_TRUE(holds(names));
  EXPECT_FALSE(holds(time));
}

TEST(EvaluationText, TellsOfRepeatedDeals) {
  EXPECT_NE(evaluation_text(with_use_and_repeats(), setting())
                .find("Over 2 deals of the folds: accuracy 62.5 % (95 % "
                      "interval 50.0 to 75.0), balanced 37.5 % (95 % interval "
                      "12.5 to 62.5).\n"),
            std::string::npos);
}

TEST(EvaluationJson, TellsOfEvidenceAndRepeats) {
  const auto json =
      nlohmann::json::parse(evaluation_json(with_use_and_repeats(), setting()));
  const auto& use = json["evidence_use"];
  EXPECT_EQ(use["flows"], 10);
  EXPECT_EQ(use["named"], 6);
  EXPECT_EQ(use["name_known"], 3);
  EXPECT_EQ(use["device_known"], 8);
  EXPECT_EQ(use["name_sources"], (nlohmann::json{{"none", 4},
                                                 {"dns", 1},
                                                 {"question", 0},
                                                 {"tls", 5},
                                                 {"quic", 0},
                                                 {"google-quic", 0}}));
  const auto& repeats = json["repeats"];
  EXPECT_EQ(repeats["deals"].size(), 2u);
  EXPECT_EQ(repeats["deals"][1]["balanced_accuracy"], 0.5);
  EXPECT_EQ(repeats["accuracy"],
            (nlohmann::json{{"mean", 0.625}, {"low", 0.5}, {"high", 0.75}}));
  EXPECT_EQ(repeats["balanced_accuracy"]["low"], 0.125);
}

TEST(EvaluationJson, HasTheKeysThatAreFixed) {
  const auto json =
      nlohmann::json::parse(evaluation_json(hand_computed(), setting()));
  EXPECT_EQ(json["captures"], 3);
  EXPECT_EQ(json["flows"], 10);
  EXPECT_EQ(json["features"], (nlohmann::json{"robust", "classic14"}));
  EXPECT_EQ(json["split"], "by-capture");
  EXPECT_EQ(json["evidence"], (nlohmann::json{"shape", "time"}));
  EXPECT_EQ(json["folds"], 5);
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["unknown_rule"], "floor=0.46,margin=0.05");
  EXPECT_DOUBLE_EQ(json["accuracy"].get<double>(), 0.5);
  const Evaluation due = hand_computed();
  EXPECT_DOUBLE_EQ(json["balanced_accuracy"].get<double>(),
                   due.balanced_accuracy);
  EXPECT_DOUBLE_EQ(json["correct"].get<double>(), due.correct);
  EXPECT_DOUBLE_EQ(json["unknown"].get<double>(), due.unknown);
  EXPECT_DOUBLE_EQ(json["coverage"].get<double>(), due.coverage);
  EXPECT_NEAR(json["calibration_error"].get<double>(), 0.258, 1e-12);
  EXPECT_DOUBLE_EQ(json["error_named"].get<double>(), 0.5);
  EXPECT_EQ(json["lost_apps"], (nlohmann::json{"video"}));
  EXPECT_EQ(json["reliability"].size(), 15u);
  EXPECT_EQ(json["reliability"][13]["flows"], 2);
  EXPECT_EQ(json["risk_coverage"]["points"].back()["coverage"], 1);
  EXPECT_EQ(json["risk_coverage"]["points"].back()["risk"], 0.5);
  ASSERT_EQ(json["apps"].size(), 4u);
  const auto& chat = json["apps"][0];
  EXPECT_EQ(chat["app"], "chat");
  EXPECT_EQ(chat["flows"], 4);
  EXPECT_DOUBLE_EQ(chat["recall"].get<double>(), 0.75);
  EXPECT_DOUBLE_EQ(chat["precision"].get<double>(), 0.6);
  EXPECT_DOUBLE_EQ(chat["correct"].get<double>(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(chat["unknown"].get<double>(), 0.25);
  EXPECT_EQ(json["confusion"][2], (nlohmann::json{1, 2, 0, 0}));
}

// Flows 2 to 5 are to shared servers; of them 3 and 4 are named right.
TEST(Evaluation, CountsAmbiguousFlowsApart) {
  AmbiguousRows ambiguous{std::vector<bool>(10), {"UDP 53", "x.example"}};
  for (std::size_t row = 2; row < 6; ++row) ambiguous.rows[row] = true;
  const auto score = evaluate_ambiguity(ten_flows(), judged(), ambiguous);
  EXPECT_EQ(score.groups, 2U);
  EXPECT_EQ(score.flows, 4U);
  EXPECT_DOUBLE_EQ(score.right, 2.0 / 4);
  EXPECT_DOUBLE_EQ(score.right_of_rest, 3.0 / 6);
}

// By a threshold of 0.7 five flows are named, three of them right.
TEST(Evaluation, CountsWhatAPresetNames) {
  PlainShares shares{judged(), std::vector<bool>(10)};
  shares.ambiguous[8] = shares.ambiguous[9] = true;
  const auto score = evaluate_preset(ten_flows(), shares, {0.7, 0});
  EXPECT_EQ(score.named, 5U);
  EXPECT_DOUBLE_EQ(score.right_of_named, 3.0 / 5);
  EXPECT_EQ(score.ambiguous, 2U);
  EXPECT_DOUBLE_EQ(score.right_of_unambiguous, 5.0 / 8);
}

}  // namespace
}  // namespace flowtell
