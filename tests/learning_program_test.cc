// SPDX-License-Identifier: Apache-2.0
//
// Training on two made-up apps, classification and evaluation.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "support/app_captures.h"
#include "support/program.h"

namespace flowtell {
namespace {

class LearningProgram : public ProgramTest {
 protected:
  void SetUp() override {
    put_app_captures(folder(), "home", 100, 4);
    put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
  }
};

TEST_F(LearningProgram, TrainsAndPrintsTheModel) {
  run("flowtell train home -o apps.model --trees 20 --features classic14");
  run("flowtell model apps.model");
  run("flowtell model apps.model --json -");
  run("ls");
  expect("train_and_model");
}

TEST_F(LearningProgram, ClassifiesEveryFlow) {
  ASSERT_EQ(run("flowtell train home -o apps.model --no-score").exit_code, 0);
  run("flowtell classify apps.model phone.pcap");
  run("flowtell classify apps.model phone.pcap --unknown never");
  run("flowtell classify apps.model phone.pcap --unknown floor=0.99 | "
      "grep -c unknown");
  run("flowtell classify apps.model phone.pcap --format csv | head -n 3");
  run("flowtell classify apps.model phone.pcap --format jsonl | head -n 1");
  run("cat phone.pcap | flowtell classify apps.model - --bursts | head -n 4");
  expect("classify");
}

TEST_F(LearningProgram, AdaptsToAnotherNetwork) {
  put_app_captures(folder(), "office", 300, 6);
  ASSERT_EQ(run("flowtell train home -o home.model --trees 20").exit_code, 0);
  run("flowtell adapt home.model --labelled office -o office.model");
  run("flowtell model office.model | grep Adapted");
  run("flowtell evaluate office --model office.model | grep 'Of all'");
  run("flowtell adapt office.model --undo -o undone.model");
  run("cmp home.model undone.model");
  run("# Both apps use the same servers.");
  run("flowtell adapt home.model office -o no.model");
  run("flowtell adapt home.model -o no.model");
  run("flowtell adapt home.model office --undo -o no.model");
  run("flowtell adapt home.model --undo -o no.model");
  run("flowtell adapt home.model absent.pcap -o no.model");
  run("flowtell train home -o bare.model --trees 20 --no-score --no-table");
  run("flowtell adapt bare.model office -o no.model");
  run("flowtell evaluate office --model home.model --test home");
  run("flowtell evaluate office --model home.model --leave-app-out");
  run("flowtell evaluate office --model home.model --repeats 3");
  run("flowtell evaluate office --model home.model --trees 5 --folds 3");
  run("ls");
  expect("adapt");
}

TEST_F(LearningProgram, MeasuresDrift) {
  put_app_captures(folder(), "office", 300, 15);
  run("flowtell train home -o home.model --trees 20 --no-score");
  const auto drift = [&](const std::string& arguments) {
    return run("flowtell model home.model --drift " + arguments);
  };
  const Outcome same = drift("office");
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_TRUE(same.out.starts_with("600 flows in 30 sessions")) << same.out;
  EXPECT_NE(same.out.find("Mean distance above chance: "), std::string::npos);
  // Sent and received are swapped.
  const Outcome swapped = drift("office --lan 203.0.113.0/24");
  EXPECT_NE(swapped.out.find("This model no longer fits; adapt it: flowtell "
                             "adapt home.model CAPTURES -o NEW\n"),
            std::string::npos)
      << swapped.out;
  EXPECT_NE(drift("phone.pcap").out.find("1 of 20 sessions; give more"),
            std::string::npos);
  const auto json = nlohmann::json::parse(drift("office --json -").out);
  EXPECT_EQ(json["drift"]["sessions"], 30);
  EXPECT_EQ(json["drift"]["columns"].size(), json["columns"].size());
  EXPECT_TRUE(json["drift"]["fits"].is_boolean());
  EXPECT_EQ(drift("absent.pcap").exit_code, 1);
  EXPECT_EQ(drift("office --json home.model").exit_code, 2);
  run("flowtell train home -o bare.model --trees 5 --no-score --no-table");
  const Outcome bare = run("flowtell model bare.model --drift office");
  EXPECT_EQ(bare.exit_code, 1);
  EXPECT_EQ(bare.err,
            "flowtell: bare.model keeps no training flows to compare with; "
            "train it again without --no-table\n");
}

TEST_F(LearningProgram, EvaluatesByCapture) {
  run("flowtell evaluate home --trees 20");
  run("flowtell evaluate home --trees 20 --features classic14,appscanner54 "
      "--unknown never --seed 9 --balance flows");
  // Without the curves, which would be long.
  run("flowtell evaluate home --trees 20 --json - | "
      "sed '/\"reliability\"/,/^  \\]/d; /\"risk_coverage\"/,/^  }/d'");
  expect("evaluate");
}

TEST_F(LearningProgram, EvaluatesOneDevicesDay) {
  run("flowtell evaluate home --trees 20 --timeline");
  run("flowtell evaluate home --trees 20 --timeline --evidence shape");
  expect("evaluate_a_day");
}

// JSON keys. Without time evidence the day has the accuracy by capture.
TEST_F(LearningProgram, WritesTheDayAsJson) {
  const auto score = [&](const std::string& options) {
    const Outcome outcome =
        run("flowtell evaluate home --trees 20 --json - " + options);
    EXPECT_EQ(outcome.exit_code, 0);
    return nlohmann::json::parse(outcome.out);
  };
  EXPECT_FALSE(score("").contains("timeline"));
  const auto timed = score("--timeline");
  EXPECT_EQ(timed["evidence"], (nlohmann::json{"shape", "name", "time"}));
  EXPECT_EQ(timed["timeline"]["repeats"], 5);
  EXPECT_GE(timed["expected_calibration_error"].get<double>(), 0);
  EXPECT_LE(timed["expected_calibration_error"].get<double>(), 1);
  const auto shape = score("--timeline --evidence shape");
  EXPECT_EQ(shape["evidence"], (nlohmann::json{"shape"}));
  EXPECT_EQ(shape["timeline"]["accuracy"], shape["accuracy"]);
  EXPECT_EQ(shape["timeline"]["accuracy_spread"], 0);
  EXPECT_GT(timed["accuracy"].get<double>(), shape["accuracy"].get<double>())
      << "a capture is of one app, so neighbouring flows are evidence";
}

// Each kind of evidence alone and together: same lines, and time has an effect.
TEST_F(LearningProgram, ClassifiesByEachKindOfEvidence) {
  ASSERT_EQ(run("flowtell train home -o apps.model --no-score").exit_code, 0);
  const auto lines = [&](const std::string& kinds) {
    const Outcome outcome =
        run("flowtell classify apps.model phone.pcap --evidence " + kinds);
    EXPECT_EQ(outcome.exit_code, 0) << kinds;
    return outcome.out;
  };
  const std::string all = lines("shape,name,time");
  EXPECT_EQ(run("flowtell classify apps.model phone.pcap").out, all);
  EXPECT_EQ(lines("time,name,shape"), all);
  const std::string shape = lines("shape");
  EXPECT_EQ(std::ranges::count(shape, '\n'), std::ranges::count(all, '\n'));
  EXPECT_NE(lines("shape,time"), shape);
  // Without names in the captures, name evidence has no effect.
  EXPECT_EQ(lines("name"), lines("name,time"));
}

TEST_F(LearningProgram, EvaluatesOnOtherCaptures) {
  put_app_captures(folder(), "office", 900, 2);
  run("flowtell evaluate home --test office --trees 20 --json score.json");
  run("sed '/\"reliability\"/,/^  \\]/d; /\"risk_coverage\"/,/^  }/d' "
      "score.json");
  expect("evaluate_on_others");
}

TEST_F(LearningProgram, WarnsThatASplitByFlowIsOptimistic) {
  run("flowtell evaluate home --trees 20 --split by-flow --folds 3");
  expect("evaluate_by_flow");
}

TEST_F(LearningProgram, TrainsFromAManifest) {
  put("list.csv",
      "path,app,group,from,to,device\n"
      "home/chat/1.pcap,chat,monday,,,\n"
      "home/chat/2.pcap,chat,tuesday,,,192.168.12.100\n"
      "home/chat/3.pcap,chat,friday,0,8,\n"
      "home/video/1.pcap,video,monday,,,\n"
      "home/video/2.pcap,video,tuesday,2019-04-03T17:21:09Z,,\n"
      "home/video/3.pcap,video,friday,4,2019-04-03T17:21:25Z,\n");
  run("flowtell evaluate list.csv --trees 20 --split by-group");
  expect("evaluate_a_manifest");
}

// One file with two apps: no capture is left for testing.
TEST_F(LearningProgram, GivesNoScoreWithoutHeldOutCaptures) {
  put("list.csv",
      "path,app,from,to\n"
      "phone.pcap,chat,0,8\n"
      "phone.pcap,video,9,20\n");
  run("flowtell train list.csv -o apps.model --trees 5");
  run("flowtell model apps.model | grep -i score");
  run("flowtell evaluate list.csv");
  expect("evaluate_one_file");
}

TEST_F(LearningProgram, GivesTheSameBytesTwice) {
  run("flowtell train home -o one.model --trees 20");
  run("flowtell train home -o two.model --trees 20");
  EXPECT_EQ(*read_file(folder() / "one.model"),
            *read_file(folder() / "two.model"));
  EXPECT_EQ(run("flowtell evaluate home --trees 20 --timeline").out,
            run("flowtell evaluate home --trees 20 --timeline").out);
}

TEST_F(LearningProgram, GivesTheSameBytesOnAnyNumberOfThreads) {
  run("flowtell train home -o one.model --threads 1");
  run("flowtell train home -o two.model --threads 2");
  run("flowtell train home -o other.model --seed 2");
  EXPECT_EQ(*read_file(folder() / "one.model"),
            *read_file(folder() / "two.model"));
  EXPECT_NE(*read_file(folder() / "one.model"),
            *read_file(folder() / "other.model"));
  EXPECT_EQ(run("flowtell evaluate home --threads 1").out,
            run("flowtell evaluate home --threads 2").out);
}

// The recalls in the table are those of the JSON.
TEST_F(LearningProgram, WritesJsonThatAddsUp) {
  const Outcome outcome = run("flowtell evaluate home --trees 20 --json -");
  const auto score = nlohmann::json::parse(outcome.out);
  std::uint64_t flows = 0;
  std::uint64_t right = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    flows += score["apps"][i]["flows"].get<std::uint64_t>();
    right += score["confusion"][i][i].get<std::uint64_t>();
  }
  EXPECT_EQ(score["captures"], 8);
  EXPECT_EQ(score["flows"], flows);
  EXPECT_DOUBLE_EQ(score["accuracy"].get<double>(),
                   static_cast<double>(right) / static_cast<double>(flows));
}

// Each flow is predicted by forests not trained on it, so a model tested on its
// own training data must look better.
TEST_F(LearningProgram, ScoresHigherOnTrainingDataOnly) {
  const auto accuracy = [&](const std::string& line) {
    return nlohmann::json::parse(run(line).out)["accuracy"].get<double>();
  };
  const std::string line = "flowtell evaluate home --evidence shape --json - ";
  EXPECT_LT(accuracy(line) + 0.05, accuracy(line + "--test home"));
}

}  // namespace
}  // namespace flowtell
