// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/explanation.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// An explanation with every part, and its model of three apps and ten columns.
class FlowExplanationTest : public testing::Test {
 protected:
  FlowExplanationTest() {
    model_.apps = {"chat", "mail", "video"};
    for (int i = 0; i < 10; ++i) {
      model_.columns.push_back(fmt::format("c{}", i));
    }
    model_.captures.resize(2);
    model_.captures[1].path = "home/video/2.pcap";
    model_.captures[1].app = 2;
    model_.examples.flows = {{1, 7}};
    model_.examples.values.resize(10);

    flow_.first = kTestStart + 1500ms;
    flow_.last = kTestStart + 2s;
    flow_.device = test_address("192.168.12.100");
    flow_.remote = test_address("203.0.113.5");
    flow_.device_port = 40001;
    flow_.remote_port = 443;
    flow_.protocol = Protocol::kTcp;
    flow_.sent = {3, 600};
    flow_.received = {5, 7000};
    flow_.name.server = "cdn.example.com";
    flow_.name.source = NameSource::kTls;

    explanation_.number = 17;
    explanation_.capture = "phone.pcap";
    explanation_.origin = kTestStart;
    explanation_.weights.shape = 0.625;
    explanation_.weights.name = 1.5;
    explanation_.weights.novelty.prior = 0.1;
    explanation_.verdict = {2, 0.75, false};
    explanation_.runner_up = 0;
    explanation_.probabilities = {0.125, 0.0625, 0.75};
    explanation_.unknown_app = 0.0625;
    explanation_.shape = {0.5, 0.25, 0.25};
    explanation_.name = {0.25, 0.25, 0.5};
    explanation_.own = {0.375, 0.25, 0.375};
    explanation_.others = {0, 0, 1};
    explanation_.prior = {0.25, 0.25, 0.375};
    explanation_.sharing = 2;
    explanation_.silence = 2250ms;
    explanation_.name_record.keys = {{"cdn.example.com", {0, 0, 0.5}},
                                     {".example.com", {0.25, 0, 1}}};
    explanation_.burst = {3, {2, 0, 1}};
    explanation_.fewer = {{{false, true, true}, {2, 0.625, false}},
                          {{true, false, true}, {0, 0.5, true}},
                          {{true, true, false}, {2, 0.3, false}},
                          {{true, false, false}, {0, 0.5, false}}};
    explanation_.features = {0, 1, 2.5, 1234567, 4, 5, 6, 7, 8, 9};
    explanation_.forest_first = 0;
    explanation_.rival = 2;
    explanation_.attribution.apps = 3;
    explanation_.attribution.base = {0.25, 0.25, 0.5};
    explanation_.attribution.contributions.resize(30);
    for (std::size_t column = 0; column < 10; ++column) {
      const double strength = 0.01 * static_cast<double>(column);
      explanation_.attribution.contributions[column * 3] = strength;
      explanation_.attribution.contributions[column * 3 + 2] = -strength;
    }
    explanation_.neighbours = {{0, 0.875}};
    explanation_.shape_changes = {
        {{3, true, 99.5F, 99, 2}, 2, 0.4375, 2, 0.875}};
    explanation_.name_changes = {{"", 0, 0.5}, {"chat.example", 2, 0.25}};
  }

  std::string text(std::string_view rule = "floor=0.25,margin=0.05") const {
    FlowExplanation reported = explanation_;
    reported.flow = KeptFlow(flow_);
    return flow_explanation_text(
        reported,
        {model_, explanation_.kinds, *UnknownRule::parse(std::string(rule))});
  }
  bool contains(std::string_view part) const {
    return text().find(part) != std::string::npos;
  }
  // The first line with this prefix.
  std::string line(std::string_view begin) const {
    const std::string all = '\n' + text();
    const std::size_t at = all.find(fmt::format("\n{}", begin));
    if (at == std::string::npos) return "";
    return all.substr(at + 1, all.find('\n', at + 1) - at - 1);
  }

  Model model_;
  Flow flow_{};
  FlowExplanation explanation_;
};

TEST_F(FlowExplanationTest, ShowsAllPartsInOrder) {
  EXPECT_EQ(text(), R"(Flow 17 of phone.pcap
2.000000 192.168.12.100 203.0.113.5 40001 443 TCP 3 5 600 7000

server     cdn.example.com (from its TLS hello)
verdict    video 0.750
runner-up  chat 0.125
rule       floor=0.25,margin=0.05: named
summary    shape favours chat, name favours video, time favours video; without name: chat; without time: nothing

evidence                                            chat  mail  video  unknown app
----------------------------------------------------------------------------------
shape: the forest's vote (weight 0.62)              0.50  0.25   0.25            -
name: the name table (weight 1.50 for its 2 flows)  0.25  0.25   0.50            -
shape and name, weighted                            0.38  0.25   0.38            -
time: device context, 2.2 s old                     0.25  0.25   0.38         0.12
time: with its burst                                0.00  0.00   1.00            -
----------------------------------------------------------------------------------
all together                                        0.12  0.06   0.75         0.06
The 3 other flows of its burst, each by itself: 2 chat and 1 video.
The name cdn.example.com occurs in 50 % of video's captures.
The domain example.com occurs in 100 % of video's and 25 % of chat's captures.

evidence used          verdict  confidence
------------------------------------------
shape,name,time          video       0.750
name,time                video       0.625
shape,time       unknown, chat       0.500
shape,name             nothing       0.300
shape                     chat       0.500

feature contributions        value  chat  video
-----------------------------------------------
before any feature                  25.0   50.0
c9                               9  +9.0   -9.0
c8                               8  +8.0   -8.0
c7                               7  +7.0   -7.0
c6                               6  +6.0   -6.0
c5                               5  +5.0   -5.0
c4                               4  +4.0   -4.0
c3                     1.23457e+06  +3.0   -3.0
c2                             2.5  +2.0   -2.0
the other 2                         +1.0   -1.0
-----------------------------------------------
the forest's vote                   50.0   25.0
In percentage points.

similar training flows  flow    app  proximity
----------------------------------------------
home/video/2.pcap          7  video       0.88
Proximity: the share of trees in which both reach the same leaf.

smallest changes                        forest's vote       verdict then
------------------------------------------------------------------------
c3 at most 99.5 instead of 1.23457e+06     video 0.44  still video 0.875
without its name                             the same         chat 0.500
with the name chat.example                   the same  still video 0.250
)");
}

TEST_F(FlowExplanationTest, ExplainsAnUnknownFlow) {
  explanation_.verdict.is_unknown = true;
  EXPECT_EQ(line("verdict"),
            "verdict    unknown (video 0.750, unknown app 0.062)");
  EXPECT_EQ(line("rule"),
            "rule       floor=0.25,margin=0.05: confidence too low to name it");
  EXPECT_TRUE(contains("unknown, video"));
  EXPECT_FALSE(contains("still")) << "it was not named";
}

// Each app has its prior: a third of what the unknown app leaves.
TEST_F(FlowExplanationTest, ReportsMissingEvidence) {
  explanation_.verdict.confidence = 0.3;
  EXPECT_EQ(line("verdict"), "verdict    unknown: no evidence");
  explanation_.verdict.confidence = 0.3 + 1e-6;
  EXPECT_EQ(line("verdict"), "verdict    video 0.300");
  explanation_.shape = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  EXPECT_TRUE(
      line("summary").starts_with("summary    shape favours nothing, "));
}

TEST_F(FlowExplanationTest, ReportsWhenNoKindIsDecisive) {
  explanation_.fewer = {{{false, true, true}, {2, 0.625, false}},
                        {{true, true, false}, {2, 0.625, false}},
                        {{false, false, true}, {0, 0.625, false}}};
  EXPECT_EQ(
      line("summary"),
      "summary    shape favours chat, name favours video, time favours video; "
      "the same without any one of them");
  explanation_.name.clear();
  explanation_.others.clear();
  EXPECT_EQ(line("summary"), "summary    shape favours chat");
}

TEST_F(FlowExplanationTest, ShowsTheSourceOfTheName) {
  const std::vector<std::pair<NameSource, std::string>> source_texts = {
      {NameSource::kDns, "from an earlier DNS answer"},
      {NameSource::kQuestion, "from its DNS question"},
      {NameSource::kQuic, "from its QUIC hello"},
      {NameSource::kGoogleQuic, "from its Google QUIC hello"},
      {NameSource::kHttp, "from its HTTP request"},
      {NameSource::kSocks, "from its SOCKS request"},
      {NameSource::kNone, "unknown source"}};
  for (const auto& [source, shown] : source_texts) {
    flow_.name.source = source;
    EXPECT_EQ(line("server"), "server     cdn.example.com (" + shown + ")");
  }
}

TEST_F(FlowExplanationTest, ReportsMissingNameAndDeviceContext) {
  explanation_.sharing = 1;
  EXPECT_TRUE(
      line("name: ").starts_with("name: the name table (weight 1.50)  "));
  explanation_.name_record.keys.clear();
  EXPECT_TRUE(line("name: ").starts_with("name: not seen in training"));
  EXPECT_TRUE(line("name: ").ends_with("  -     -      -            -"));
  EXPECT_FALSE(contains(" occurs in "));
  flow_.name.server = {};
  EXPECT_TRUE(line("name: ").starts_with("name: none  "));
  EXPECT_EQ(line("server"), "server     none seen");
  EXPECT_FALSE(contains("without its name"));
  explanation_.silence.reset();
  EXPECT_TRUE(line("time: no").starts_with("time: no device context "));
  EXPECT_TRUE(line("time: no").ends_with("  -     -      -            -"));
  explanation_.kinds.name = false;
  EXPECT_EQ(line("server"), "server     not in use");
}

TEST_F(FlowExplanationTest, CountsVotesOfTheOtherFlowsOfTheBurst) {
  explanation_.burst = {3, {0, 0, 0}};
  EXPECT_TRUE(
      contains("\nThe 3 other flows of its burst, each by itself: nothing.\n"));
  explanation_.burst = {1, {0, 1, 0}};
  EXPECT_TRUE(contains("\nThe other flow of its burst, by itself: mail.\n"));
  explanation_.burst = {0, {0, 0, 0}};
  EXPECT_TRUE(contains("\nIt is the only flow of its burst.\n"));
  EXPECT_FALSE(contains("time: with its burst"));
}

TEST_F(FlowExplanationTest, HasNoUnknownColumnWithoutPrior) {
  explanation_.weights.novelty.prior = 0;
  EXPECT_FALSE(contains("unknown app"));
}

TEST_F(FlowExplanationTest, ShowsAtMostSixApps) {
  model_.apps = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"};
  explanation_.probabilities = {0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.6};
  explanation_.shape = {0.5, 0, 0, 0, 0, 0, 0, 0.5};
  explanation_.name = explanation_.own = explanation_.others =
      explanation_.prior = explanation_.probabilities;
  explanation_.name_record.keys = {
      {"x.example", {0.1, 0.2, 0, 0.4, 0.5, 0.6, 0, 0}}};
  explanation_.burst.flows_by_app.assign(8, 1);
  explanation_.verdict.best = 7;
  explanation_.rival = 7;
  explanation_.attribution = {8, std::vector<double>(8),
                              std::vector<double>(80)};
  EXPECT_TRUE(line("evidence ")
                  .ends_with("  a0    a3    a4    a5    a6    a7  unknown app"))
      << text();
  EXPECT_TRUE(
      contains("\nThe name x.example occurs in 60 % of a5's, 50 % of "
               "a4's, 40 % of a3's, 20 % of a1's and others' captures.\n"))
      << text();
}

TEST_F(FlowExplanationTest, ListsANameThatIsADomainOnce) {
  explanation_.name_record.keys = {{"example.com", {1, 0, 0}},
                                   {".example.com", {1, 0, 0}}};
  EXPECT_TRUE(contains("The name example.com occurs in 100 % of chat's "));
  EXPECT_FALSE(contains("The domain example.com"));
}

TEST_F(FlowExplanationTest, SumsTheFeaturesNotShown) {
  EXPECT_TRUE(line("the other 2 ").ends_with("  +1.0   -1.0"));
  model_.columns.resize(9);
  explanation_.features.resize(9);
  EXPECT_TRUE(line("the other 1 ").ends_with("   0.0    0.0"));
  model_.columns.resize(8);
  explanation_.features.resize(8);
  EXPECT_EQ(line("the other"), "");
  EXPECT_TRUE(contains("\nc0 "));
}

// A column that contributes equally to both apps counts too.
TEST_F(FlowExplanationTest, OrdersFeaturesByContribution) {
  explanation_.attribution.contributions[0] = 0.5;
  explanation_.attribution.contributions[2] = 0.5;
  explanation_.attribution.contributions[5] = 0.4;
  EXPECT_LT(text().find("\nc0 "), text().find("\nc1 "));
  EXPECT_LT(text().find("\nc1 "), text().find("\nc9 "));
}

TEST_F(FlowExplanationTest, ReportsMissingTrainingFlows) {
  explanation_.neighbours.clear();
  EXPECT_TRUE(contains("\nSimilar training flows: none in the model.\n"));
  model_.examples = {};
  EXPECT_TRUE(
      contains("\nSimilar training flows: the model has none "
               "(--no-examples).\n"));
}

TEST_F(FlowExplanationTest, ShowsCounterfactuals) {
  explanation_.shape_changes[0].point.at_most = false;
  EXPECT_TRUE(
      line("c3 above").starts_with("c3 above 99.5 instead of 1.23457e+06"));
  explanation_.shape_changes.clear();
  EXPECT_TRUE(
      line("no single").starts_with("no single feature makes it video "));
  explanation_.kinds.shape = false;
  explanation_.name_changes.clear();
  EXPECT_TRUE(text().ends_with("\n\nNo change of the verdict was found.\n"));
  EXPECT_FALSE(contains("feature contributions"));
}

TEST_F(FlowExplanationTest, ShowsChangesOfTheNameWithoutAForest) {
  explanation_.kinds = {false, true, true};
  EXPECT_TRUE(contains("without its name"));
  EXPECT_TRUE(contains("with the name chat.example"));
  explanation_.name_changes.clear();
  EXPECT_TRUE(contains("No change of the verdict was found."));
}

TEST_F(FlowExplanationTest, ReportsASingleKindOfEvidence) {
  explanation_.fewer.clear();
  EXPECT_TRUE(contains("\nNo other kind of evidence is in use.\n"));
}

TEST_F(FlowExplanationTest, WritesNullForMissingValuesInJson) {
  FlowExplanation explained = explanation_;
  explained.flow = KeptFlow(flow_);
  const ExplanationSetting setting{model_, explanation_.kinds, {}};
  auto json = nlohmann::json::parse(flow_explanation_json(explained, setting));
  EXPECT_EQ(json["name"], "cdn.example.com");
  EXPECT_EQ(json["name_source"], "tls");
  EXPECT_EQ(json["first"], 1.5);
  EXPECT_EQ(json["last"], 2);
  EXPECT_EQ(json["idle_seconds"], 2.25);
  EXPECT_EQ(json["verdict"], (nlohmann::json{{"app", "video"},
                                             {"most_likely", "video"},
                                             {"confidence", 0.75}}));
  EXPECT_EQ(json["runner_up"], "chat");
  EXPECT_EQ(json["unknown_app"], 0.0625);
  EXPECT_EQ(json["scores"]["others"],
            (nlohmann::json{{"chat", 0}, {"mail", 0}, {"video", 1}}));
  EXPECT_EQ(json["burst"]["votes"],
            (nlohmann::json{{"chat", 2}, {"mail", 0}, {"video", 1}}));
  EXPECT_EQ(json["name_keys"][1]["key"], ".example.com");
  EXPECT_EQ(json["name_keys"][1]["frequency"]["chat"], 0.25);
  EXPECT_EQ(json["evidence_subsets"][1]["app"], "unknown");
  EXPECT_EQ(json["evidence_subsets"][1]["most_likely"], "chat");
  EXPECT_EQ(json["evidence_subsets"][1]["evidence"],
            (nlohmann::json{"shape", "time"}));
  ASSERT_EQ(json["features"].size(), 10u);
  EXPECT_EQ(json["features"][3]["feature"], "c3");
  EXPECT_EQ(json["features"][3]["value"], 1234567);
  EXPECT_DOUBLE_EQ(json["features"][3]["contributions"]["chat"].get<double>(),
                   0.03);
  EXPECT_EQ(json["similar_flows"][0],
            (nlohmann::json{{"app", "video"},
                            {"capture", "home/video/2.pcap"},
                            {"flow", 7},
                            {"proximity", 0.875}}));
  EXPECT_EQ(json["counterfactuals"]["features"][0]["forest_votes"], "video");
  EXPECT_TRUE(json["counterfactuals"]["names"][0]["name"].is_null());
  EXPECT_EQ(json["counterfactuals"]["names"][1]["name"], "chat.example");

  flow_.name = {};
  explained.flow = KeptFlow(flow_);
  explained.silence.reset();
  explained.name.clear();
  explained.verdict.is_unknown = true;
  json = nlohmann::json::parse(flow_explanation_json(explained, setting));
  EXPECT_TRUE(json["name"].is_null());
  EXPECT_TRUE(json["idle_seconds"].is_null());
  EXPECT_TRUE(json["scores"]["name"].is_null());
  EXPECT_EQ(json["verdict"]["app"], "unknown");
}

TEST(CaptureSummaryJson, ListsEachApp) {
  Model model;
  model.apps = {"chat", "mail"};
  const auto all = nlohmann::json::parse(
      capture_summary_json(CaptureSummary(2, {}), {model, {}, UnknownRule{}}));
  ASSERT_EQ(all["apps"].size(), 2U);
  EXPECT_EQ(all["apps"][0]["app"], "chat");
  EXPECT_EQ(all["apps"][1]["app"], "mail");
}

TEST(PointsText, HasASignAndNoNegativeZero) {
  EXPECT_EQ(points_text(0.1234), "+12.3");
  EXPECT_EQ(points_text(-0.04), "-4.0");
  EXPECT_EQ(points_text(0.0006), "+0.1");
  EXPECT_EQ(points_text(-0.0004), "0.0");
  EXPECT_EQ(points_text(0), "0.0");
}

}  // namespace
}  // namespace flowtell
