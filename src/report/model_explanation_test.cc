// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/explanation.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// A feature profile of three apps and five columns.
Model model_with_profile() {
  Model model;
  model.apps = {"chat", "mail", "a video"};
  model.flows_per_app = {1200, 80, 40};
  model.columns = {"c0", "c1", "c2", "c3", "c4"};
  model.feature_profile.signs = {0.01F, 0.02F, 0.03F, 0.05F, 0.04F,  //
                                 0,     -0.5F, 0.25F, 0,     0,      //
                                 0,     0,     0,     0,     -0.1F};
  model.feature_profile.attractors = {
      {0,
       2,
       1100,
       {{1, 0.25F, 517}, {2, 0.125F, 0.5F}, {3, 0.1F, 3}, {4, 0.05F, 4}}},
      {1, 0, 30, {}},
      {1, 2, 20, {{0, 0.5F, 1e6F}}},
      {2, 0, 9, {{2, 0.25F, 2}}}};
  model.held_out_score = HeldOutScore{{0.75, 0.625},
                                      "by-capture",
                                      5,
                                      {{0, 0, 1000},
                                       {0, 2, 200},
                                       {1, 0, 30},
                                       {1, 1, 50},
                                       {2, 0, 31},
                                       {2, 2, 9}}};
  return model;
}

TEST(ModelExplanation, ShowsFeatureProfilesAndConfusions) {
  EXPECT_EQ(
      model_explanation_text(model_with_profile()),
      "Features by which the forest recognises each app\n"
      "(mean contribution to the app's own flows, in percentage points)\n"
      "  chat     c3 +5.0, c4 +4.0, c2 +3.0, c1 +2.0\n"
      "  mail     c2 +25.0\n"
      "  a video  nothing\n"
      "\n"
      "Flows that the forest, by shape alone, assigns to another app\n"
      "(a feature, its median over these flows, and its contribution)\n"
      "  a video attracts 1120 flows\n"
      "     1,100 of  1,200 of chat     c1 517 (+25.0), c2 0.5 (+12.5), c3 3 "
      "(+10.0)\n"
      "        20 of     80 of mail     c0 1e+06 (+50.0)\n"
      "  chat attracts 39 flows\n"
      "        30 of     80 of mail     no feature in particular\n"
      "         9 of     40 of a video  c2 2 (+25.0)\n"
      "\n"
      "on held-out captures  flows  named so  of others   most of them\n"
      "---------------------------------------------------------------\n"
      "chat                   1200      1061         61  31 of a video\n"
      "mail                     80        50          0              -\n"
      "a video                  40       209        200    200 of chat\n");
}

TEST(ModelExplanation, ShowsThreeAttractorsPerApp) {
  Model model = model_with_profile();
  model.apps.push_back("d");
  model.apps.push_back("e");
  model.flows_per_app = {10, 10, 10, 10, 10};
  model.feature_profile.signs.resize(25);
  model.feature_profile.attractors = {
      {0, 1, 4, {}}, {2, 1, 3, {}}, {3, 1, 2, {}}, {4, 1, 1, {}}};
  const std::string text = model_explanation_text(model);
  EXPECT_NE(text.find("mail attracts 10 flows\n"), std::string::npos);
  EXPECT_NE(text.find("     2 of     10 of d "), std::string::npos) << text;
  EXPECT_EQ(text.find("     1 of     10 of e "), std::string::npos) << text;
}

TEST(ModelExplanation, ReportsMissingData) {
  Model model = model_with_profile();
  model.feature_profile.attractors.clear();
  model.held_out_score.reset();
  EXPECT_TRUE(model_explanation_text(model).ends_with(
      "contribution)\n  none\n\nThe model has no accuracy estimate: its "
      "confusions on held-out captures are not known.\n"))
      << model_explanation_text(model);
  const auto json = nlohmann::json::parse(model_explanation_json(model));
  EXPECT_TRUE(json["confusions"].is_null());
  EXPECT_EQ(json["attractors"].size(), 0u);
}

TEST(ModelExplanation, WritesAllDataAsJson) {
  const auto json =
      nlohmann::json::parse(model_explanation_json(model_with_profile()));
  ASSERT_EQ(json["apps"].size(), 3u);
  EXPECT_EQ(json["apps"][1]["app"], "mail");
  EXPECT_EQ(json["apps"][1]["flows"], 80);
  EXPECT_EQ(json["apps"][1]["features"].size(), 5u);
  EXPECT_EQ(json["apps"][1]["features"]["c1"], -0.5);
  EXPECT_EQ(json["apps"][1]["features"]["c2"], 0.25);
  ASSERT_EQ(json["attractors"].size(), 4u);
  EXPECT_EQ(json["attractors"][2]["from"], "mail");
  EXPECT_EQ(json["attractors"][2]["to"], "a video");
  EXPECT_EQ(json["attractors"][2]["flows"], 20);
  EXPECT_EQ(json["attractors"][2]["features"][0],
            (nlohmann::json{
                {"feature", "c0"}, {"contribution", 0.5}, {"median", 1e6}}));
  ASSERT_EQ(json["confusions"].size(), 6u);
  EXPECT_EQ(
      json["confusions"][4],
      (nlohmann::json{{"app", "a video"}, {"named", "chat"}, {"flows", 31}}));
}

}  // namespace
}  // namespace flowtell
