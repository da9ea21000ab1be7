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
    explanation_.verdict = {2, 0.75, 0.125, false};
    explanation_.runner_up = 0;
    explanation_.probabilities = {0.125, 0.125, 0.75};
    explanation_.limits = {0.25, 0.05, 0.5};
    UnknownModel& unknown = explanation_.weights.unknown;
    unknown.is_fitted = true;
    const auto add_part = [&](UnknownColumnId id, double weight, double value,
                              double typical) {
      unknown.weights[id] = weight;
      unknown.typical[id] = typical;
      explanation_.unknown[id] = value;
    };
    add_part(UnknownColumnId::kUnlike, 2, 1, 0.25);
    add_part(UnknownColumnId::kNamesNever, 4, 0.125, 0.25);
    add_part(UnknownColumnId::kNamesRare, -1, 0.5, 0.5);
    explanation_.session = {12, 4, 0.125, 0.75};
    explanation_.shape = {0.5, 0.25, 0.25};
    explanation_.name = {0.25, 0.25, 0.5};
    explanation_.own = {0.375, 0.25, 0.375};
    explanation_.others = {0, 0, 1};
    explanation_.prior = {0.25, 0.25, 0.5};
    explanation_.sharing = 2;
    explanation_.silence = 2250ms;
    explanation_.two_apps = {0, 2, 0.75};
    explanation_.name_record.keys = {{"cdn.example.com", {0, 0, 0.5}},
                                     {".example.com", {0.25, 0, 1}}};
    explanation_.burst = {3, {2, 0, 1}};
    explanation_.fewer = {{{false, true, true}, {2, 0.625, 0, false}},
                          {{true, false, true}, {0, 0.5, 0, true}},
                          {{true, true, false}, {2, 1.0 / 3, 0, false}},
                          {{true, false, false}, {0, 0.5, 0, false}}};
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

evidence                                            chat  mail  video
---------------------------------------------------------------------
shape: the forest's vote (weight 0.62)              0.50  0.25   0.25
name: the name table (weight 1.50 for its 2 flows)  0.25  0.25   0.50
shape and name, weighted                            0.38  0.25   0.38
time: device context, 2.2 s old                     0.25  0.25   0.50
time: with its burst                                0.00  0.00   1.00
---------------------------------------------------------------------
all together                                        0.12  0.12   0.75
The 3 other flows of its burst, each by itself: 2 chat and 1 video.
chat and video may be in use at once (probability 0.75): then each flow of its burst is of either.
The name cdn.example.com occurs in 50 % of video's captures.
The domain example.com occurs in 100 % of video's and 25 % of chat's captures.

Unknown score 0.125, the limit is 0.500. Its device's session has 12 flows and 4 names: 12 % of the names were never seen in training, and no single app explains more than 75 %.
part of the unknown score                               here  trained apps  effect
----------------------------------------------------------------------------------
1 if no training flow has the same features             1.00          0.25   +1.50
share of names whose domain was never seen in training  0.12          0.25   -0.50
share of names seen in few training captures            0.50          0.50    0.00
Effect: on the logarithm of the odds.

evidence used          verdict  confidence
------------------------------------------
shape,name,time          video       0.750
name,time                video       0.625
shape,time       unknown, chat       0.500
shape,name             nothing       0.333
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
  EXPECT_EQ(line("verdict"), "verdict    unknown (likeliest video 0.750)");
  EXPECT_EQ(line("rule"),
            "rule       floor=0.25,margin=0.05: confidence too low to name it");
  EXPECT_TRUE(contains("unknown, video"));
  EXPECT_FALSE(contains("still")) << "it was not named";
}

// Each app has its prior, a third.
TEST_F(FlowExplanationTest, ReportsMissingEvidence) {
  explanation_.verdict.confidence = 1.0 / 3;
  explanation_.verdict.is_unknown = true;
  EXPECT_EQ(line("verdict"), "verdict    unknown: no evidence");
  EXPECT_TRUE(line("rule").ends_with(": there is no evidence"));
  explanation_.verdict.is_unknown = false;
  EXPECT_EQ(line("verdict"), "verdict    video 0.333") << "never unknown";
  explanation_.verdict.confidence = 1.0 / 3 + 1e-6;
  EXPECT_EQ(line("verdict"), "verdict    video 0.333");
  explanation_.shape = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  EXPECT_TRUE(
      line("summary").starts_with("summary    shape favours nothing, "));
}

TEST_F(FlowExplanationTest, ReportsWhenNoKindIsDecisive) {
  explanation_.fewer = {{{false, true, true}, {2, 0.625, 0, false}},
                        {{true, true, false}, {2, 0.625, 0, false}},
                        {{false, false, true}, {0, 0.625, 0, false}}};
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
      {NameSource::kEch, "outer name of an encrypted hello, no evidence"},
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
  EXPECT_TRUE(line("name: ").ends_with("  -     -      -"));
  EXPECT_FALSE(contains(" occurs in "));
  flow_.name.server = {};
  EXPECT_TRUE(line("name: ").starts_with("name: none  "));
  EXPECT_EQ(line("server"), "server     none seen");
  EXPECT_FALSE(contains("without its name"));
  explanation_.silence.reset();
  EXPECT_TRUE(line("time: no").starts_with("time: no device context "));
  EXPECT_TRUE(line("time: no").ends_with("  -     -      -"));
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

TEST_F(FlowExplanationTest, SaysThatTheUnknownScoreIsAboveItsLimit) {
  explanation_.verdict.is_unknown = true;
  explanation_.verdict.unknown_score = 0.5625;
  EXPECT_EQ(line("rule"),
            "rule       floor=0.25,margin=0.05: its unknown score is above the "
            "limit");
  EXPECT_TRUE(line("Unknown score")
                  .starts_with("Unknown score 0.562, the limit is 0.500. "));
  explanation_.limits.max_unknown_score = 1;
  EXPECT_TRUE(line("Unknown score")
                  .starts_with("Unknown score 0.562. Its device's session "))
      << "no score exceeds 1, so there is no limit to show";
}

TEST_F(FlowExplanationTest, DescribesTheSessionOfTheUnknownScore) {
  const auto session = [&](SessionSummary summary) {
    explanation_.session = summary;
    const std::string all = line("Unknown score");
    constexpr std::string_view kBefore =
        "Unknown score 0.125, the limit is 0.500.";
    EXPECT_TRUE(all.starts_with(kBefore));
    return all.substr(kBefore.size());
  };
  EXPECT_EQ(session({5, 0, 0, 0}),
            " Its device's session has 5 flows and 0 names.");
  EXPECT_EQ(session({4, 1, 1, 0}),
            " Its device's session has 4 flows and 1 name: 100 % of the names "
            "were never seen in training, and no single app explains more than "
            "0 %. So few say little yet.");
  explanation_.kinds.time = false;
  EXPECT_EQ(session({12, 4, 0.125, 0.75}), "")
      << "each flow is a session of its own";
}

TEST_F(FlowExplanationTest, SaysIfThereIsNoUnknownScore) {
  explanation_.weights.unknown = {};
  EXPECT_TRUE(
      contains("\nUnknown score: none; it takes three apps to learn one.\n"));
  EXPECT_FALSE(contains("part of the unknown score"));
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
  EXPECT_TRUE(line("evidence ").ends_with("  a0    a3    a4    a5    a6    a7"))
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
  EXPECT_EQ(json["two_apps"]["apps"],
            (nlohmann::json{model_.apps[0], model_.apps[2]}));
  EXPECT_EQ(json["two_apps"]["probability"], 0.75);
  EXPECT_EQ(json["verdict"], (nlohmann::json{{"app", "video"},
                                             {"most_likely", "video"},
                                             {"confidence", 0.75}}));
  EXPECT_EQ(json["runner_up"], "chat");
  const auto& unknown = json["unknown_score"];
  EXPECT_EQ(unknown["score"], 0.125);
  EXPECT_EQ(unknown["limit"], 0.5);
  EXPECT_EQ(unknown["session_flows"], 12);
  EXPECT_EQ(unknown["session_names"], 4);
  ASSERT_EQ(unknown["parts"].size(), kUnknownColumns.size());
  EXPECT_EQ(
      unknown["parts"][static_cast<std::size_t>(UnknownColumnId::kUnlike)],
      (nlohmann::json{{"part", "unlike"},
                      {"value", 1.0},
                      {"typical", 0.25},
                      {"contribution", 1.5}}));
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
