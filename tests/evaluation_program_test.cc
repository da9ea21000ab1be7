// SPDX-License-Identifier: Apache-2.0
//
// Evaluations beyond the accuracy table: left-out apps, ambiguous flows, a
// device's day, and warnings about captures of little use.
#include <nlohmann/json.hpp>

#include "support/app_captures.h"
#include "support/pcap_bytes.h"
#include "support/program.h"

namespace flowtell {
namespace {

class EvaluationProgram : public ProgramTest {
 protected:
  void SetUp() override { put_app_captures(folder(), "home", 100, 3); }

  // Two more apps with the traffic of the first two.
  void put_mail_and_news() const {
    for (std::uint64_t i = 1; i <= 3; ++i) {
      put(fmt::format("home/mail/{}.pcap", i),
          app_capture(MadeUpApp::kChat, 900 + i));
      put(fmt::format("home/news/{}.pcap", i),
          app_capture(MadeUpApp::kVideo, 950 + i));
    }
  }
  nlohmann::json score(const std::string& options) {
    const Outcome outcome = run("flowtell evaluate " + options + " --json -");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  }
};

TEST_F(EvaluationProgram, LeavesEachAppOutInTurn) {
  EXPECT_NE(run("flowtell evaluate home --trees 5 --leave-app-out")
                .err.find("needs four apps"),
            std::string::npos);
  put_mail_and_news();
  EXPECT_FALSE(score("home --trees 5").contains("open_set"));
  const auto report = score("home --trees 5 --leave-app-out");
  const auto& open_set = report["open_set"];
  const auto& apps = open_set["apps"];
  ASSERT_EQ(apps.size(), 4u);
  double unknown = 0;
  double auroc = 0;
  double detection = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(apps[i]["app"], report["apps"][i]["app"]);
    EXPECT_EQ(apps[i]["flows"], report["apps"][i]["flows"]);
    EXPECT_GE(apps[i]["sessions"]["count"], 1);
    unknown += apps[i]["unknown"].get<double>() / 4;
    auroc += apps[i]["auroc"].get<double>() / 4;
    detection += apps[i]["sessions"]["detection"]["0.05"].get<double>() / 4;
  }
  EXPECT_NEAR(open_set["unknown"].get<double>(), unknown, 1e-12);
  EXPECT_NEAR(open_set["auroc"].get<double>(), auroc, 1e-12);
  EXPECT_NEAR(open_set["sessions"]["detection"]["0.05"].get<double>(),
              detection, 1e-12);
  EXPECT_NE(run("flowtell evaluate home --trees 5 --leave-app-out")
                .out.find("\nApps left out of training: the share of their "
                          "flows, and of their sessions, that is unknown\n"),
            std::string::npos);
}

// Without mail all other captures are of one group.
TEST_F(EvaluationProgram, NamesTheAppThatCannotBeLeftOut) {
  put_mail_and_news();
  std::string list = "path,app,group\n";
  for (const std::string app : {"chat", "mail", "news", "video"}) {
    for (int i = 1; i <= 3; ++i) {
      list += fmt::format("home/{}/{}.pcap,{},{}\n", app, i, app,
                          app == "mail" && i > 1 ? "office" : "home");
    }
  }
  put("list.csv", list);
  const std::string line =
      "flowtell evaluate list.csv --trees 5 --split by-group ";
  EXPECT_EQ(run(line).exit_code, 0);
  const Outcome outcome = run(line + "--leave-app-out");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            "flowtell: list.csv: without mail, the other apps cannot be split "
            "by-group into two folds; add captures of them, or choose another "
            "split\n");
}

TEST_F(EvaluationProgram, AppliesExtraAnalysesToATestSet) {
  put_app_captures(folder(), "office", 900, 2);
  const std::string line = "home --test office --trees 5 ";
  const auto plain = score(line);
  EXPECT_FALSE(plain.contains("ambiguity"));
  EXPECT_FALSE(plain.contains("timeline"));
  auto more = score(line + "--ambiguity --timeline");
  EXPECT_GT(more["ambiguity"]["flows"], 0);
  EXPECT_LE(more["ambiguity"]["flows"], more["flows"]);
  EXPECT_EQ(more["timeline"]["repeats"], 5);
  EXPECT_EQ(more["captures"], 4);
  EXPECT_EQ(more["accuracy"], plain["accuracy"]);
}

TEST_F(EvaluationProgram, ExitsWith3OnDamageInEitherSet) {
  put_app_captures(folder(), "office", 900, 2);
  const auto code = [&] {
    return run("flowtell evaluate home --test office --trees 5").exit_code;
  };
  EXPECT_EQ(code(), 0);
  const std::string bytes = app_capture(MadeUpApp::kVideo, 77);
  put("office/video/9.pcap", bytes.substr(0, bytes.size() - 30));
  EXPECT_EQ(code(), 3);
  run("mv office/video/9.pcap home/video/9.pcap");
  EXPECT_EQ(code(), 3);
}

TEST_F(EvaluationProgram, NamesThreeCapturesWithoutFlows) {
  const auto warnings = [&] {
    return run("flowtell train home -o apps.model --trees 5 --no-score").err;
  };
  for (const char* name : {"7", "8", "9"}) {
    put(fmt::format("home/chat/{}.pcap", name), pcap_header());
  }
  EXPECT_TRUE(warnings().starts_with(
      "flowtell: warning: 3 captures gave no flow: home/chat/7.pcap, "
      "home/chat/8.pcap and home/chat/9.pcap\n"))
      << warnings();
  put("home/video/9.pcap", pcap_header());
  EXPECT_TRUE(warnings().starts_with(
      "flowtell: warning: 4 captures gave no flow: home/chat/7.pcap, "
      "home/chat/8.pcap and home/chat/9.pcap and others\n"))
      << warnings();
}

TEST_F(EvaluationProgram, RejectsAManifestOfOtherDevices) {
  put("list.csv",
      "path,app,device\nhome/chat/1.pcap,chat,10.9.9.9\n"
      "home/video/1.pcap,video,10.9.9.9\n");
  const Outcome outcome = run("flowtell evaluate list.csv");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            "flowtell: list.csv: none of its 40 flows belongs to a device in "
            "the manifest; correct the column 'device'\n");
}

}  // namespace
}  // namespace flowtell
