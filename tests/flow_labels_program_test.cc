// SPDX-License-Identifier: Apache-2.0
//
// Captures that name the app of each flow: no folders, no manifest.
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "support/owned_captures.h"
#include "support/pcap_bytes.h"
#include "support/program.h"

namespace flowtell {
namespace {

class FlowLabelsProgram : public ProgramTest {
 protected:
  void SetUp() override {
    for (std::uint64_t day = 1; day <= 4; ++day) {
      const auto frames = phone_session(day);
      put(fmt::format("pcap/{}.pcap", day), pcapdroid_pcap(frames));
      put(fmt::format("pcapng/{}.pcapng", day), pcapdroid_pcapng(frames));
    }
  }
  nlohmann::json json_of(const std::string& line) {
    const Outcome outcome = run(line);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  }
};

TEST_F(FlowLabelsProgram, TrainAndEvaluateWithoutFolders) {
  run("flowtell train pcap -o apps.model --trees 20 --features classic14");
  run("flowtell model apps.model | head -n 12");
  run("flowtell evaluate pcap --trees 20 --unknown never");
  run("flowtell audit pcap");
  run("flowtell train pcap/1.pcap -o one.model --trees 20");
  run("flowtell evaluate pcap/1.pcap --trees 20");
  run("flowtell flows pcap/1.pcap --format csv --owners | "
      "cut -d, -f 6,8,9,14- | head -n 4");
  run("flowtell flows pcap/1.pcap --ledger 2>&1 >/dev/null | tail -n 2");
  run("flowtell flows pcap/1.pcap --owners");
  expect("flow_labels");
}

// The two formats of one phone give the same flows, with the same labels but
// for the name: the trailer has the app's, pcapng its package.
TEST_F(FlowLabelsProgram, AreTheSameInBothFormats) {
  auto by_trailer = json_of("flowtell evaluate pcap --trees 20 --json -");
  auto by_comment = json_of("flowtell evaluate pcapng --trees 20 --json -");
  EXPECT_EQ(by_trailer["captures"], 4);
  EXPECT_GT(by_trailer["balanced_accuracy"].get<double>(), 0.8);
  for (const char* key : {"flows", "captures", "accuracy", "balanced_accuracy",
                          "confusion", "evidence_use"}) {
    EXPECT_EQ(by_trailer[key], by_comment[key]) << key;
  }
  EXPECT_EQ(by_trailer["apps"][0]["app"], "chat");
  EXPECT_EQ(by_comment["apps"][0]["app"], "com.example.chat");
  const auto flows = [&](const std::string& capture) {
    return run("flowtell flows " + capture).out;
  };
  EXPECT_EQ(flows("pcap/1.pcap"), flows("pcapng/1.pcapng"));
}

TEST_F(FlowLabelsProgram, TestOnAPhonesOwnLabels) {
  const auto score = json_of(
      "flowtell evaluate pcap/1.pcap --test pcap/2.pcap --trees 20 --json -");
  EXPECT_EQ(score["captures"], 1);
  EXPECT_EQ(score["flows"], 20);
}

TEST_F(FlowLabelsProgram, LeaveOutAppsThatWereNotTrained) {
  std::vector<OwnedFrame> more = phone_session(9);
  for (OwnedFrame& owned : more) {
    if (owned.app == "video") owned = {owned.frame, 10999, "a game"};
  }
  put("other.pcap", pcapdroid_pcap(more));
  run("flowtell evaluate pcap/1.pcap --test other.pcap --trees 20 >/dev/null");
  run("flowtell evaluate pcapng/1.pcapng --test other.pcap --trees 20");
  expect("flow_labels_of_other_apps");
}

// Parts of one recording are groups, if the user says so.
TEST_F(FlowLabelsProgram, MaySplitOneRecordingByTime) {
  std::vector<OwnedFrame> frames;
  for (const std::uint64_t day : {1u, 2u, 3u}) {
    for (const OwnedFrame& each : phone_session(day)) frames.push_back(each);
  }
  put("long.pcap", pcapdroid_pcap(frames));
  put("long.csv",
      "path,app,group,from,to\n"
      "long.pcap,,first,0,1000\n"
      "long.pcap,,second,80000,88000\n"
      "long.pcap,,third,170000,180000\n");
  const auto score = json_of(
      "flowtell evaluate long.csv --split by-group --trees 20 --json -");
  EXPECT_EQ(score["flows"], 60);
  EXPECT_EQ(score["folds"], 3);
}

TEST_F(FlowLabelsProgram, AreUidsOfLogRecordsAndProcessesOfPktap) {
  std::vector<TestFrame> records;
  std::vector<TestFrame> tapped;
  for (const OwnedFrame& owned : phone_session(1)) {
    records.push_back(nflog_frame(owned.frame, owned.uid));
    tapped.push_back(pktap_frame(owned.frame, owned.uid < 0 ? "" : "helper",
                                 owned.uid < 0 ? "" : owned.app));
  }
  put("log.pcap", pcap_bytes(records, {.link = LinkType::kNflog}));
  put("tap.pcap", pcap_bytes(tapped, {.link = LinkType::kPktap}));
  for (const char* name : {"log", "tap"}) {
    run(fmt::format("flowtell train {}.pcap -o {}.model --no-score --trees 5",
                    name, name));
    EXPECT_EQ(run(fmt::format("flowtell flows {}.pcap", name)).out,
              run("flowtell flows pcap/1.pcap").out);
  }
  run("flowtell flows log.pcap --ledger 2>&1 >/dev/null | tail -n 2");
  const auto apps = [&](const std::string& model) {
    std::vector<std::string> names;
    const auto shown = json_of("flowtell model " + model + " --json -");
    for (const auto& app : shown["apps"]) names.push_back(app["app"]);
    return names;
  };
  EXPECT_EQ(apps("log.model"),
            (std::vector<std::string>{"uid 10101", "uid 10102"}));
  EXPECT_EQ(apps("tap.model"), (std::vector<std::string>{"chat", "video"}));
}

}  // namespace
}  // namespace flowtell
