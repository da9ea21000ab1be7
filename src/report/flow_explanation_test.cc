// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/explanation.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// A flow with all that can be said of one, and a model of three apps and ten
// columns that says it.
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

    told_.number = 17;
    told_.capture = "phone.pcap";
    told_.origin = kTestStart;
    told_.weights.shape = 0.625;
    told_.weights.name = 1.5;
    told_.weights.novelty.prior = 0.1;
    told_.verdict = {2, 0.75, false};
    told_.runner_up = 0;
    told_.probabilities = {0.125, 0.0625, 0.75};
    told_.any_other = 0.0625;
    told_.shape = {0.5, 0.25, 0.25};
    told_.name = {0.25, 0.25, 0.5};
    told_.own = {0.375, 0.25, 0.375};
    told_.others = {0, 0, 1};
    told_.belief = {0.25, 0.25, 0.375};
    told_.sharing = 2;
    told_.silence = 2250ms;
    told_.name_record.keys = {{"cdn.example.com", {0, 0, 0.5}},
                              {".example.com", {0.25, 0, 1}}};
    told_.burst = {3, {2, 0, 1}};
    told_.fewer = {{{false, true, true}, {2, 0.625, false}},
                   {{true, false, true}, {0, 0.5, true}},
                   {{true, true, false}, {2, 0.3, false}},
                   {{true, false, false}, {0, 0.5, false}}};
    told_.features = {0, 1, 2.5, 1234567, 4, 5, 6, 7, 8, 9};
    told_.forest_first = 0;
    told_.rival = 2;
    told_.attribution.apps = 3;
    told_.attribution.base = {0.25, 0.25, 0.5};
    told_.attribution.contributions.resize(30);
    for (std::size_t column = 0; column < 10; ++column) {
      const double strength = 0.01 * static_cast<double>(column);
      told_.attribution.contributions[column * 3] = strength;
      told_.attribution.contributions[column * 3 + 2] = -strength;
    }
    told_.neighbours = {{0, 0.875}};
    told_.shape_changes = {{{3, true, 99.5F, 99, 2}, 2, 0.4375, 2, 0.875}};
    told_.name_changes = {{"", 0, 0.5}, {"chat.example", 2, 0.25}};
  }

  std::string text(std::string_view rule = "floor=0.25,margin=0.05") const {
    FlowExplanation reported = told_;
    reported.flow = KeptFlow(flow_);
    return flow_explanation_text(
        reported,
        {model_, told_.kinds, *UnknownRule::parse(std::string(rule))});
  }
  bool says(std::string_view words) const {
    return text().find(words) != std::string::npos;
  }
  // The line that begins with this.
  std::string line(std::string_view begin) const {
    const std::string all = '\n' + text();
    const std::size_t at = all.find(fmt::format("\n{}", begin));
    if (at == std::string::npos) return "";
    return all.substr(at + 1, all.find('\n', at + 1) - at - 1);
  }

  Model model_;
  Flow flow_{};
  FlowExplanation told_;
};

TEST_F(FlowExplanationTest, AnswersItsQuestionsInTheirOrder) {
  EXPECT_EQ(text(), R"(Flow 17 of phone.pcap
2.000000 192.168.12.100 203.0.113.5 40001 443 TCP 3 5 600 7000

server     cdn.example.com (in its TLS hello)
verdict    video 0.750
runner-up  chat 0.125
rule       floor=0.25,margin=0.05: named
in short   shape says chat, name says video, time says video; without name: chat; without time: nothing

what was said                                            chat  mail  video  any other
-------------------------------------------------------------------------------------
shape: the forest's vote (weight 0.62)                   0.50  0.25   0.25          -
name: what the table says (weight 1.50 for its 2 flows)  0.25  0.25   0.50          -
shape and name, weighed                                  0.38  0.25   0.38          -
time: believed before its burst, 2.2 s old               0.25  0.25   0.38       0.12
time: with the rest of its burst                         0.00  0.00   1.00          -
-------------------------------------------------------------------------------------
all together                                             0.12  0.06   0.75       0.06
The 3 other flows of its burst, each by itself: 2 chat and 1 video.
The name cdn.example.com was met in 50 % of video's captures.
The domain example.com was met in 100 % of video's and 25 % of chat's captures.

by which evidence        verdict  confidence
--------------------------------------------
shape,name,time            video       0.750
name,time                  video       0.625
shape,time         unknown, chat       0.500
shape,name               nothing       0.300
shape                       chat       0.500

what moved the forest        value  chat  video
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
In points of probability, of 100.

training flows most like it  flow    app  alike
-----------------------------------------------
home/video/2.pcap               7  video   0.88
Alike: the share of the trees in which both end in one leaf.

what would have changed it              forest's vote     likeliest then
------------------------------------------------------------------------
c3 at most 99.5 instead of 1.23457e+06     video 0.44  still video 0.875
without its name                             the same         chat 0.500
with the name chat.example                   the same  still video 0.250
)");
}

TEST_F(FlowExplanationTest, SaysWhyAFlowIsUnknown) {
  told_.verdict.is_unknown = true;
  EXPECT_EQ(line("verdict"),
            "verdict    unknown (video 0.750, any other app 0.062)");
  EXPECT_EQ(line("rule"),
            "rule       floor=0.25,margin=0.05: not sure enough to name it");
  EXPECT_TRUE(says("unknown, video"));
  EXPECT_FALSE(says("still")) << "it was not named";
}

// As likely as before anything was said: a third of what is not for others.
TEST_F(FlowExplanationTest, SaysWhereNothingWasSaid) {
  told_.verdict.confidence = 0.3;
  EXPECT_EQ(line("verdict"), "verdict    unknown: nothing was said");
  told_.verdict.confidence = 0.3 + 1e-6;
  EXPECT_EQ(line("verdict"), "verdict    video 0.300");
  told_.shape = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  EXPECT_TRUE(line("in short").starts_with("in short   shape says nothing, "));
}

TEST_F(FlowExplanationTest, SaysWhereEachKindCouldBeLeftOut) {
  told_.fewer = {{{false, true, true}, {2, 0.625, false}},
                 {{true, true, false}, {2, 0.625, false}},
                 {{false, false, true}, {0, 0.625, false}}};
  EXPECT_EQ(line("in short"),
            "in short   shape says chat, name says video, time says video; "
            "whichever of them is left out, the same");
  told_.name.clear();
  told_.others.clear();
  EXPECT_EQ(line("in short"), "in short   shape says chat");
}

TEST_F(FlowExplanationTest, SaysWhereTheNameIsFrom) {
  const std::vector<std::pair<NameSource, std::string>> sources = {
      {NameSource::kDns, "as DNS told before"},
      {NameSource::kQuestion, "it is the question to DNS"},
      {NameSource::kQuic, "in its QUIC hello"},
      {NameSource::kGoogleQuic, "in its Google QUIC hello"},
      {NameSource::kNone, "unknown source"}};
  for (const auto& [source, words] : sources) {
    flow_.name.source = source;
    EXPECT_EQ(line("server"), "server     cdn.example.com (" + words + ")");
  }
}

TEST_F(FlowExplanationTest, SaysWhatIsNotKnownOfNameAndTime) {
  told_.sharing = 1;
  EXPECT_TRUE(
      line("name: ").starts_with("name: what the table says (weight 1.50)  "));
  told_.name_record.keys.clear();
  EXPECT_TRUE(line("name: ").starts_with("name: never met, says nothing"));
  EXPECT_TRUE(line("name: ").ends_with("  -     -      -          -"));
  EXPECT_FALSE(says(" was met in "));
  flow_.name.server = {};
  EXPECT_TRUE(line("name: ").starts_with("name: there is none  "));
  EXPECT_EQ(line("server"), "server     none seen");
  EXPECT_FALSE(says("without its name"));
  told_.silence.reset();
  EXPECT_TRUE(line("time: the").starts_with("time: the device was not known "));
  EXPECT_TRUE(line("time: the").ends_with("  -     -      -          -"));
  told_.kinds.name = false;
  EXPECT_EQ(line("server"), "server     not looked for");
}

TEST_F(FlowExplanationTest, SaysWhatTheOtherFlowsOfItsBurstSay) {
  told_.burst = {3, {0, 0, 0}};
  EXPECT_TRUE(
      says("\nThe 3 other flows of its burst, each by itself: nothing.\n"));
  told_.burst = {1, {0, 1, 0}};
  EXPECT_TRUE(says("\nThe other flow of its burst, by itself: mail.\n"));
  told_.burst = {0, {0, 0, 0}};
  EXPECT_TRUE(says("\nIt is the only flow of its burst.\n"));
  EXPECT_FALSE(says("time: with the rest of its burst"));
}

TEST_F(FlowExplanationTest, HasNoColumnForOthersWhereNoneAreExpected) {
  told_.weights.novelty.prior = 0;
  EXPECT_FALSE(says("any other"));
}

TEST_F(FlowExplanationTest, ShowsSixAppsAtMost) {
  model_.apps = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"};
  told_.probabilities = {0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.6};
  told_.shape = {0.5, 0, 0, 0, 0, 0, 0, 0.5};
  told_.name = told_.own = told_.others = told_.belief = told_.probabilities;
  told_.name_record.keys = {{"x.example", {0.1, 0.2, 0, 0.4, 0.5, 0.6, 0, 0}}};
  told_.burst.saying.assign(8, 1);
  told_.verdict.best = 7;
  told_.rival = 7;
  told_.attribution = {8, std::vector<double>(8), std::vector<double>(80)};
  EXPECT_TRUE(line("what was said")
                  .ends_with("  a0    a3    a4    a5    a6    a7  any other"))
      << text();
  EXPECT_TRUE(
      says("\nThe name x.example was met in 60 % of a5's, 50 % of "
           "a4's, 40 % of a3's, 20 % of a1's and others' captures.\n"))
      << text();
}

// Once is enough.
TEST_F(FlowExplanationTest, SaysOnceWhatIsNameAndDomain) {
  told_.name_record.keys = {{"example.com", {1, 0, 0}},
                            {".example.com", {1, 0, 0}}};
  EXPECT_TRUE(says("The name example.com was met in 100 % of chat's "));
  EXPECT_FALSE(says("The domain example.com"));
}

TEST_F(FlowExplanationTest, AddsUpTheFeaturesThatItDoesNotShow) {
  EXPECT_TRUE(line("the other 2 ").ends_with("  +1.0   -1.0"));
  model_.columns.resize(9);
  told_.features.resize(9);
  EXPECT_TRUE(line("the other 1 ").ends_with("   0.0    0.0"));
  model_.columns.resize(8);
  told_.features.resize(8);
  EXPECT_EQ(line("the other"), "");
  EXPECT_TRUE(says("\nc0 "));
}

// A column that moves both apps alike matters as well.
TEST_F(FlowExplanationTest, OrdersFeaturesByHowMuchTheyMove) {
  told_.attribution.contributions[0] = 0.5;
  told_.attribution.contributions[2] = 0.5;
  told_.attribution.contributions[5] = 0.4;
  EXPECT_LT(text().find("\nc0 "), text().find("\nc1 "));
  EXPECT_LT(text().find("\nc1 "), text().find("\nc9 "));
}

TEST_F(FlowExplanationTest, SaysWhereNoTrainingFlowIsShown) {
  told_.neighbours.clear();
  EXPECT_TRUE(says("\nNo training flow that the model keeps is like it.\n"));
  model_.examples = {};
  EXPECT_TRUE(
      says("\nThe training flows most like it: the model keeps none "
           "(--no-examples).\n"));
}

TEST_F(FlowExplanationTest, SaysWhatWouldHaveChangedIt) {
  told_.shape_changes[0].point.at_most = false;
  EXPECT_TRUE(
      line("c3 above").starts_with("c3 above 99.5 instead of 1.23457e+06"));
  told_.shape_changes.clear();
  EXPECT_TRUE(
      line("no single").starts_with("no single feature makes it video "));
  told_.kinds.shape = false;
  told_.name_changes.clear();
  EXPECT_TRUE(
      text().ends_with("\n\nNothing that the model knows would have changed "
                       "it.\n"));
  EXPECT_FALSE(says("what moved the forest"));
}

TEST_F(FlowExplanationTest, KnowsOneKindAlone) {
  told_.fewer.clear();
  EXPECT_TRUE(says("\nThere is no other kind of evidence.\n"));
}

TEST_F(FlowExplanationTest, WritesJsonWithNullForWhatIsNotThere) {
  FlowExplanation reported = told_;
  reported.flow = KeptFlow(flow_);
  const ExplanationSetting setting{model_, told_.kinds, {}};
  auto json = nlohmann::json::parse(flow_explanation_json(reported, setting));
  EXPECT_EQ(json["name"], "cdn.example.com");
  EXPECT_EQ(json["name_source"], "tls");
  EXPECT_EQ(json["first"], 1.5);
  EXPECT_EQ(json["last"], 2);
  EXPECT_EQ(json["silence"], 2.25);
  EXPECT_EQ(json["verdict"], (nlohmann::json{{"app", "video"},
                                             {"likeliest", "video"},
                                             {"confidence", 0.75}}));
  EXPECT_EQ(json["runner_up"], "chat");
  EXPECT_EQ(json["any_other_app"], 0.0625);
  EXPECT_EQ(json["said"]["others"],
            (nlohmann::json{{"chat", 0}, {"mail", 0}, {"video", 1}}));
  EXPECT_EQ(json["burst"]["saying"],
            (nlohmann::json{{"chat", 2}, {"mail", 0}, {"video", 1}}));
  EXPECT_EQ(json["name_keys"][1]["key"], ".example.com");
  EXPECT_EQ(json["name_keys"][1]["met_in"]["chat"], 0.25);
  EXPECT_EQ(json["fewer_kinds"][1]["app"], "unknown");
  EXPECT_EQ(json["fewer_kinds"][1]["likeliest"], "chat");
  EXPECT_EQ(json["fewer_kinds"][1]["evidence"],
            (nlohmann::json{"shape", "time"}));
  ASSERT_EQ(json["features"].size(), 10u);
  EXPECT_EQ(json["features"][3]["feature"], "c3");
  EXPECT_EQ(json["features"][3]["value"], 1234567);
  EXPECT_DOUBLE_EQ(json["features"][3]["contributions"]["chat"].get<double>(),
                   0.03);
  EXPECT_EQ(json["nearest"][0],
            (nlohmann::json{{"app", "video"},
                            {"capture", "home/video/2.pcap"},
                            {"flow", 7},
                            {"proximity", 0.875}}));
  EXPECT_EQ(json["changes"]["features"][0]["forest_votes"], "video");
  EXPECT_TRUE(json["changes"]["names"][0]["name"].is_null());
  EXPECT_EQ(json["changes"]["names"][1]["name"], "chat.example");

  flow_.name = {};
  reported.flow = KeptFlow(flow_);
  reported.silence.reset();
  reported.name.clear();
  reported.verdict.is_unknown = true;
  json = nlohmann::json::parse(flow_explanation_json(reported, setting));
  EXPECT_TRUE(json["name"].is_null());
  EXPECT_TRUE(json["silence"].is_null());
  EXPECT_TRUE(json["said"]["name"].is_null());
  EXPECT_EQ(json["verdict"]["app"], "unknown");
}

TEST(PointsText, HasASignAndNoZeroBelowZero) {
  EXPECT_EQ(points_text(0.1234), "+12.3");
  EXPECT_EQ(points_text(-0.04), "-4.0");
  EXPECT_EQ(points_text(0.0006), "+0.1");
  EXPECT_EQ(points_text(-0.0004), "0.0");
  EXPECT_EQ(points_text(0), "0.0");
}

}  // namespace
}  // namespace flowtell
