// SPDX-License-Identifier: Apache-2.0
//
// Captures and labels as people have them: folders of folders, litter,
// manifests of spreadsheets, one capture of an app, captures in several files,
// and misspelt command lines.
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "support/app_captures.h"
#include "support/pcap_bytes.h"
#include "support/program.h"

namespace flowtell {
namespace {

class LabelsProgram : public ProgramTest {
 protected:
  // The summary of training, which names the apps.
  void train(const std::string& captures) {
    run("flowtell train " + captures +
        " -o apps.model --trees 5 --no-score --threads 1");
  }
};

TEST_F(LabelsProgram, FoldersOfFolders) {
  put_app_captures(folder(), "parts/train", 100, 2);
  put_app_captures(folder(), "parts/test", 200, 2);
  put_app_captures(folder(), "deep/ours", 300, 2);
  train("parts");
  train("deep");
  train("parts/train");
  run("flowtell evaluate parts --split by-group --trees 5 | tail -n 2");
  expect("labels_of_nested_folders");
}

TEST_F(LabelsProgram, LitterOfOtherSystems) {
  put_app_captures(folder(), "home", 100, 2);
  const std::string apple_double("\0\5\x16\7\0\2\0\0", 8);
  put("home/__MACOSX/chat/._1.pcap", apple_double);
  put("home/chat/._1.pcap", apple_double);
  put("home/chat/.DS_Store", "Bud1");
  put("home/video/Thumbs.db", "\xd0\xcf\x11\xe0");
  train("home");
  run("flowtell flows home --format csv | tail -n +2 | cut -d, -f1 | uniq");
  expect("labels_beside_litter");
}

TEST_F(LabelsProgram, ManifestsOfSpreadsheets) {
  put_app_captures(folder(), "d", 100, 2);
  put("excel.csv",
      "\xef\xbb\xbf"
      "Path;App;From\r\nd\\chat\\1.pcap;chat;0,5\r\nd\\chat\\2.pcap;chat;\r\n"
      "d\\video\\1.pcap;video;\r\nd\\video\\2.pcap;video;\r\n;;\r\n");
  put("columns.csv", "file;label\nd/chat/1.pcap;chat\n");
  put("more.csv", "path,app,from\nd/chat/1.pcap,chat,0,5\n");
  put("windows.csv", "path,app\nC:\\d\\chat\\1.pcap,chat\n");
  put("book.xlsx", "PK\x03\x04 and more");
  train("excel.csv");
  for (const char* list :
       {"columns.csv", "more.csv", "windows.csv", "book.xlsx"}) {
    train(list);
  }
  expect("labels_of_spreadsheets");
}

TEST_F(LabelsProgram, NoScoreWithoutASecondCapture) {
  put_app_captures(folder(), "single", 100, 1);
  const Outcome text = run("flowtell evaluate single --trees 5");
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.out.find('%'), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("at least two captures of each app"),
            std::string::npos);
  run("flowtell evaluate single --trees 5 --html page.html");
  run("flowtell train single -o apps.model --trees 5");
  run("flowtell evaluate single --trees 5 --json all.json");
  const auto json = nlohmann::json::parse(*read_file(folder() / "all.json"));
  for (const char* key :
       {"accuracy", "balanced_accuracy", "correct", "unknown", "coverage",
        "selective_risk", "expected_calibration_error"}) {
    EXPECT_TRUE(json.at(key).is_null()) << key;
  }
  EXPECT_TRUE(json["apps"][0]["recall"].is_null());
  EXPECT_EQ(json["untested_apps"].size(), 2u);
  EXPECT_EQ(json["flows"], 0);
  run("ls");
  expect("labels_of_single_captures");
}

// Some apps have a score, another has none.
TEST_F(LabelsProgram, ScoresTheOtherApps) {
  put_app_captures(folder(), "home", 100, 3);
  put("home/mail/1.pcap", app_capture(MadeUpApp::kChat, 900));
  run("flowtell evaluate home --trees 5 --repeats 2 --timeline --ambiguity "
      "--json all.json --html page.html");
  const auto json = nlohmann::json::parse(*read_file(folder() / "all.json"));
  EXPECT_EQ(json["untested_apps"], nlohmann::json({"mail"}));
  EXPECT_EQ(json["flows"], 120);
  EXPECT_GT(json["accuracy"], 0.3);
  EXPECT_TRUE(json["apps"][1]["recall"].is_null());
  EXPECT_FALSE(json["apps"][0]["recall"].is_null());
}

// A session of twenty seconds, cut within a burst.
class SeveralFiles : public ProgramTest {
 protected:
  void SetUp() override {
    const auto frames = app_session(MadeUpApp::kChat, 7);
    const auto middle =
        frames.begin() + static_cast<std::ptrdiff_t>(frames.size() / 2);
    put("whole.pcap", pcap_bytes(frames));
    put("a.pcap0", pcap_bytes({frames.begin(), middle}));
    put("a.pcap1", pcap_bytes({middle, frames.end()}));
  }
};

TEST_F(SeveralFiles, AreOneCapture) {
  run("flowtell flows whole.pcap > whole.txt");
  run("flowtell flows a.pcap0 a.pcap1 > joined.txt");
  run("cmp whole.txt joined.txt");
  run("flowtell flows a.pcap1 a.pcap0 2>/dev/null | cmp - whole.txt");
  run("mkdir day; mv a.pcap* day; flowtell flows day | cmp - whole.txt");
  run("flowtell flows day --format csv | cut -d, -f1 | uniq");
  run("flowtell flows day --separate > apart.txt; cmp -s whole.txt apart.txt");
  run("grep -c capture apart.txt");
  expect("captures_in_several_files");
}

TEST_F(SeveralFiles, KeepVerdictsWhole) {
  put_app_captures(folder(), "home", 100, 2);
  run("flowtell train home -o apps.model --trees 5 --no-score");
  run("flowtell classify apps.model whole.pcap > whole.txt");
  for (const char* threads : {"1", "2"}) {
    const std::string line =
        std::string("flowtell classify apps.model a.pcap0 a.pcap1 --threads ") +
        threads + " 2>/dev/null | cmp - whole.txt";
    EXPECT_EQ(run(line).exit_code, 0);
  }
  EXPECT_EQ(run("flowtell explain apps.model a.pcap0 a.pcap1 --flow 3 "
                "2>&1 | grep -c 'are read as one capture'")
                .out,
            "1\n");
}

class Guesses : public ProgramTest {};

TEST_F(Guesses, NameWhatWasMeant) {
  put_app_captures(folder(), "home", 100, 2);
  put("phone.pcap", app_capture(MadeUpApp::kChat, 7));
  run("flowtell train home -o apps.model --trees 5 --no-score 2>/dev/null");
  for (const char* line :
       {"flowtell clasify apps.model phone.pcap", "flowtell tarin home",
        "flowtell phone.pcap",
        "flowtell classify apps.model phone.pcap --formt csv",
        "flowtell evaluate home --leave-apps-out", "flowtell gateway upp",
        "flowtell classify phone.pcap apps.model",
        "flowtell explain home apps.model",
        "flowtell adapt phone.pcap apps.model -o new.model",
        "flowtell evaluate apps.model", "flowtell flows apps.model",
        "flowtell xyzzy"}) {
    EXPECT_EQ(run(line).exit_code, 2) << line;
  }
  expect("guesses");
}

}  // namespace
}  // namespace flowtell
