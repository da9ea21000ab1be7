// SPDX-License-Identifier: Apache-2.0
#include "report/model_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/samples.h"

namespace flowtell {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t nodes_of(const Model& model) {
  std::size_t nodes = 0;
  for (const Tree& tree : model.forest.trees) nodes += tree.size();
  return nodes;
}

TEST(ModelText, ShowsAppsAndTrainingData) {
  EXPECT_TRUE(model_text(small_model())
                  .starts_with("app          captures  flows\n"
                               "----------------------------\n"
                               "chat                2     20\n"
                               "mail                2     20\n"
                               "vidéo, live         2     20\n"
                               "\n"));
}

TEST(ModelText, ShowsScoresAndTraining) {
  const Model model = small_model();
  const std::string text = model_text(model);
  EXPECT_TRUE(
      contains(text,
               "Cross-validated (by-capture, 5 folds): accuracy 75.0 %, "
               "balanced 62.5 %.\n"
               "Out-of-bag accuracy 81.2 % (optimistic: split by flow).\n"
               "Features classic14 (14 columns), flow key "
               "remote-endpoint, burst gap 1.5 s, burst limit 20 s.\n"))
      << text;
  EXPECT_TRUE(
      contains(text, fmt::format("Forest of 4 trees with {} nodes, seed 1."
                                 "\nTrained by flowtell 0.1.0 on 6 "
                                 "captures, 2019-04-03T17:21:09Z to "
                                 "2019-04-03T17:22:39Z.\n",
                                 nodes_of(model))))
      << text;
}

TEST(ModelText, ShowsTheTenMostImportantFeatures) {
  Model model = small_model();
  for (std::size_t i = 0; i < model.importance.size(); ++i) {
    model.importance[i] = {static_cast<double>(i) / 100, -0.01};
  }
  const std::string text = model_text(model);
  const std::size_t header = text.find("feature ");
  EXPECT_TRUE(contains(
      text,
      "is_tcp                            13.0                     -1.0\n"))
      << text;
  EXPECT_LT(header, text.find("is_tcp"));
  EXPECT_LT(text.find("is_tcp"), text.find("gap_max"));
  EXPECT_TRUE(contains(text, "length_kurtosis"));
  EXPECT_FALSE(contains(text, "length_std"));
}

TEST(ModelText, KeepsTheOrderOfEquallyImportantFeatures) {
  Model model = small_model();
  for (ColumnImportance& each : model.importance) each = {0.0625, 0.03125};
  const std::string text = model_text(model);
  std::size_t before = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    const std::size_t at = text.find('\n' + model.columns[i] + ' ');
    ASSERT_NE(at, std::string::npos) << model.columns[i];
    EXPECT_LT(before, at);
    before = at;
  }
  EXPECT_FALSE(contains(text, '\n' + model.columns[10] + ' '));
}

TEST(ModelText, ListsAmbiguousFlows) {
  const std::string text = model_text(small_model());
  EXPECT_TRUE(
      contains(text,
               "  *.example: shared by mail and vidéo, live, 3 flows, 50.0 "
               "% right\n"))
      << text;
  EXPECT_TRUE(
      contains(text,
               "  UDP 53: shared by chat, mail and vidéo, live, 12 flows, "
               "25.0 % right\n"))
      << text;
  Model model = small_model();
  model.ambiguity = AmbiguityTable();
  EXPECT_FALSE(contains(model_text(model), "Ambiguous"));
}

TEST(ModelText, OmitsAMissingScore) {
  Model model = small_model();
  model.held_out_score.reset();
  EXPECT_FALSE(contains(model_text(model), "Cross-validated"));
}

TEST(ModelText, ShowsTheEarliestAndTheLatestDate) {
  Model model = small_model();
  model.captures[0].first = model.captures[0].last =
      *model.captures[1].first + std::chrono::hours(24);
  EXPECT_TRUE(
      contains(model_text(model), "2019-04-03T17:21:09Z to 2019-04-04T"));
  model.captures[5].first = *model.captures[1].first - std::chrono::hours(24);
  EXPECT_TRUE(contains(model_text(model), "2019-04-02T"));
}

TEST(ModelText, ReportsMissingDates) {
  Model model = small_model();
  for (CaptureRecord& capture : model.captures) {
    capture.first.reset();
    capture.last.reset();
  }
  EXPECT_TRUE(contains(model_text(model), "on 6 captures, no dates.\n"));
}

TEST(ModelJson, HoldsAllData) {
  const Model model = small_model();
  const auto json = nlohmann::json::parse(model_json(model));
  EXPECT_EQ(
      json["apps"][2],
      (nlohmann::json{{"app", "vidéo, live"}, {"captures", 2}, {"flows", 20}}));
  EXPECT_EQ(json["features"], nlohmann::json{"classic14"});
  ASSERT_EQ(json["columns"].size(), 14u);
  EXPECT_EQ(json["columns"][13]["feature"], "is_tcp");
  EXPECT_EQ(json["columns"][3]["permutation"], model.importance[3].permutation);
  EXPECT_EQ(json["flow_key"], "remote-endpoint");
  EXPECT_EQ(json["burst_gap"], 1.5);
  EXPECT_EQ(json["burst_limit"], 20);
  EXPECT_EQ(json["forest"],
            (nlohmann::json{{"trees", 4}, {"nodes", nodes_of(model)}}));
  EXPECT_EQ(json["out_of_bag_accuracy"], 0.8125);
  EXPECT_EQ(json["held_out_score"]["balanced_accuracy"], 0.625);
  EXPECT_EQ(json["held_out_score"]["split"], "by-capture");
  EXPECT_EQ(json["trained_by"], "0.1.0");
  EXPECT_EQ(json["seed"], 1);
  ASSERT_EQ(json["captures"].size(), 6u);
  EXPECT_EQ(json["captures"][0]["path"], "capture 0");
  EXPECT_EQ(json["captures"][0]["first"], "2019-04-03T17:21:09Z");
  EXPECT_EQ(json["captures"][0]["sha256"], std::string(64, 'c'));
  EXPECT_FALSE(json["captures"][5].contains("first"));
}

TEST(ModelJson, HasANullScoreIfTheModelHasNone) {
  Model model = small_model();
  model.held_out_score.reset();
  EXPECT_TRUE(
      nlohmann::json::parse(model_json(model))["held_out_score"].is_null());
}

}  // namespace
}  // namespace flowtell
