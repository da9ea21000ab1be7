// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/ten_flows.h"

namespace flowtell {
namespace {

EvaluationSetting setting() {
  EvaluationSetting result;
  result.captures = "home/";
  result.features = {"robust", "classic14"};
  result.evidence = "shape,time";
  result.split = "by-capture";
  result.folds = 5;
  result.rule = kRule;
  result.seed = 7;
  return result;
}

TEST(EvaluationText, ShowsAllParts) {
  EXPECT_EQ(
      evaluation_text(hand_computed_evaluation(), setting()),
      "app      flows  % correct  % unknown  % precision  % recall\n"
      "-----------------------------------------------------------\n"
      "chat         4       66.7       25.0         60.0      75.0\n"
      "mail         3       50.0       33.3         40.0      66.7\n"
      "video        3        0.0       66.7          0.0       0.0\n"
      "zither       0          -          -            -         -\n"
      "-----------------------------------------------------------\n"
      "average     10       38.9       41.7         33.3      47.2\n"
      "\n"
      "Of all 10 flows: accuracy 50.0 %, balanced 47.2 % (every flow named).\n"
      "Under floor=0.46,margin=0.05: 60.0 % named (coverage), 50.0 % of them "
      "wrong; on average over the apps 38.9 % right.\n"
      "Expected calibration error: 25.8 %.\n"
      "No flow of video is named right.\n"
      "\n"
      "Worst confusions:\n"
      "  2 of 3 video flows (66.7 %) named mail\n"
      "  1 of 4 chat flows (25.0 %) named mail\n"
      "  1 of 3 mail flows (33.3 %) named chat\n"
      "\n"
      "Split by-capture into 5 folds: 3 captures of home/, each tested by a "
      "forest not trained on it.\n"
      "Features robust and classic14, evidence shape,time, seed 7.\n");
}

TEST(EvaluationText, CallsASplitByFlowOptimistic) {
  EvaluationSetting by_flow = setting();
  by_flow.split = "by-flow";
  EXPECT_NE(evaluation_text(hand_computed_evaluation(), by_flow)
                .find("Split by-flow into 5 folds: optimistic, because flows "
                      "of one capture resemble each other.\n"),
            std::string::npos);
}

TEST(EvaluationText, NamesTheTestCaptures) {
  EvaluationSetting other = setting();
  other.tested = "office/";
  EXPECT_NE(evaluation_text(hand_computed_evaluation(), other)
                .find("Trained on home/, tested on 3 captures of office/.\n"),
            std::string::npos);
}

TEST(EvaluationText, NamesLostApps) {
  EXPECT_NE(evaluation_text(hand_computed_evaluation(), setting())
                .find("No flow of video is named right.\n"),
            std::string::npos);
}

TEST(EvaluationText, ReportsNoConfusions) {
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
  Evaluation evaluation = hand_computed_evaluation();
  evaluation.timeline = TimelineScore{5, {0.75, 0.625}, {0.03125, 0.0625}};
  return evaluation;
}

TEST(EvaluationText, ShowsTheTimeline) {
  EXPECT_NE(evaluation_text(with_timeline(), setting())
                .find("As the timeline of one device, in 5 random orders: "
                      "accuracy 75.0 % (± 3.1), balanced 62.5 % (± 6.2).\n"),
            std::string::npos);
}

TEST(EvaluationJson, HasATimelineIfEvaluated) {
  const auto json =
      nlohmann::json::parse(evaluation_json(with_timeline(), setting()));
  EXPECT_EQ(json["timeline"],
            (nlohmann::json{{"repeats", 5},
                            {"accuracy", 0.75},
                            {"balanced_accuracy", 0.625},
                            {"accuracy_spread", 0.03125},
                            {"balanced_accuracy_spread", 0.0625}}));
  EXPECT_FALSE(nlohmann::json::parse(
                   evaluation_json(hand_computed_evaluation(), setting()))
                   .contains("timeline"));
}

Evaluation with_mixed_pairs() {
  Evaluation evaluation = hand_computed_evaluation();
  evaluation.mixed = MixedScore{.repeats = 5,
                                .mixed = {0.75, 0.625},
                                .alone = {0.875, 0.8125},
                                .as_other_app = 0.125,
                                .alone_as_other = 0.0625};
  return evaluation;
}

TEST(EvaluationText, ShowsMixedPairs) {
  EXPECT_NE(
      evaluation_text(with_mixed_pairs(), setting())
          .find("Two apps at once on one device, in 5 random pairings: "
                "balanced 62.5 % (alone 81.2 %);\n"
                "named as the other app 12.5 % of flows (alone 6.2 %).\n"),
      std::string::npos);
}

TEST(EvaluationJson, HasMixedPairsIfEvaluated) {
  const auto json =
      nlohmann::json::parse(evaluation_json(with_mixed_pairs(), setting()));
  EXPECT_EQ(json["mixed"], (nlohmann::json{{"repeats", 5},
                                           {"accuracy", 0.75},
                                           {"balanced_accuracy", 0.625},
                                           {"as_other_app", 0.125},
                                           {"alone",
                                            {{"accuracy", 0.875},
                                             {"balanced_accuracy", 0.8125},
                                             {"as_other_app", 0.0625}}}}));
  EXPECT_FALSE(nlohmann::json::parse(
                   evaluation_json(hand_computed_evaluation(), setting()))
                   .contains("mixed"));
}

Evaluation with_use_and_repeats() {
  Evaluation evaluation = hand_computed_evaluation();
  evaluation.evidence_use = EvidenceUse{10, {4, 1, 0, 5, 0, 0}, 3, 8};
  evaluation.repeats = RepeatedScore{
      {{0.5, 0.25}, {0.75, 0.5}}, {0.625, 0.5, 0.75}, {0.375, 0.125, 0.625}};
  return evaluation;
}

TEST(EvaluationText, ShowsTheEvidenceInUse) {
  EvaluationSetting used = setting();
  const Evaluation evaluation = with_use_and_repeats();
  const std::string names =
      "A server name was found for 60.0 % of the flows, one seen in training "
      "for 30.0 %.\n";
  const std::string time =
      "Device context was available for 80.0 % of the flows.\n";
  const auto holds = [&](const std::string& part) {
    return evaluation_text(evaluation, used).find(part) != std::string::npos;
  };
  EXPECT_FALSE(holds(names));
  EXPECT_TRUE(holds(time));
  used.evidence = "shape,name";
  EXPECT_TRUE(holds(names));
  EXPECT_FALSE(holds(time));
}

TEST(EvaluationText, ShowsRepeats) {
  EXPECT_NE(evaluation_text(with_use_and_repeats(), setting())
                .find("Over 2 repeats with different folds: accuracy 62.5 % "
                      "(95 % interval 50.0 to 75.0), balanced 37.5 % (95 % "
                      "interval 12.5 to 62.5).\n"),
            std::string::npos);
}

TEST(EvaluationJson, HasEvidenceAndRepeats) {
  const auto json =
      nlohmann::json::parse(evaluation_json(with_use_and_repeats(), setting()));
  const auto& use = json["evidence_use"];
  EXPECT_EQ(use["flows"], 10);
  EXPECT_EQ(use["named"], 6);
  EXPECT_EQ(use["name_in_training"], 3);
  EXPECT_EQ(use["device_context"], 8);
  EXPECT_EQ(use["name_sources"], (nlohmann::json{{"none", 4},
                                                 {"dns", 1},
                                                 {"question", 0},
                                                 {"tls", 5},
                                                 {"quic", 0},
                                                 {"google-quic", 0},
                                                 {"http", 0},
                                                 {"socks", 0},
                                                 {"ech", 0}}));
  const auto& repeats = json["repeats"];
  EXPECT_EQ(repeats["runs"].size(), 2u);
  EXPECT_EQ(repeats["runs"][1]["balanced_accuracy"], 0.5);
  EXPECT_EQ(repeats["accuracy"],
            (nlohmann::json{{"mean", 0.625}, {"low", 0.5}, {"high", 0.75}}));
  EXPECT_EQ(repeats["balanced_accuracy"]["low"], 0.125);
}

TEST(EvaluationJson, HasTheDocumentedKeys) {
  const auto json = nlohmann::json::parse(
      evaluation_json(hand_computed_evaluation(), setting()));
  EXPECT_EQ(json["captures"], 3);
  EXPECT_EQ(json["flows"], 10);
  EXPECT_EQ(json["features"], (nlohmann::json{"robust", "classic14"}));
  EXPECT_EQ(json["split"], "by-capture");
  EXPECT_EQ(json["evidence"], (nlohmann::json{"shape", "time"}));
  EXPECT_EQ(json["folds"], 5);
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["unknown_rule"], "floor=0.46,margin=0.05");
  EXPECT_DOUBLE_EQ(json["accuracy"].get<double>(), 0.5);
  const Evaluation expected = hand_computed_evaluation();
  EXPECT_DOUBLE_EQ(json["balanced_accuracy"].get<double>(),
                   expected.balanced_accuracy);
  EXPECT_DOUBLE_EQ(json["correct"].get<double>(), expected.correct);
  EXPECT_DOUBLE_EQ(json["unknown"].get<double>(), expected.unknown);
  EXPECT_DOUBLE_EQ(json["coverage"].get<double>(), expected.coverage);
  EXPECT_NEAR(json["expected_calibration_error"].get<double>(), 0.258, 1e-12);
  EXPECT_DOUBLE_EQ(json["selective_risk"].get<double>(), 0.5);
  EXPECT_EQ(json["zero_recall_apps"], (nlohmann::json{"video"}));
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

}  // namespace
}  // namespace flowtell
