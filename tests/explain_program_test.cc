// SPDX-License-Identifier: Apache-2.0
//
// Explanations of a flow, of a capture and of a model.
#include <nlohmann/json.hpp>

#include "support/app_captures.h"
#include "support/pcap_bytes.h"
#include "support/program.h"

namespace flowtell {
namespace {

class ExplainProgram : public ProgramTest {
 protected:
  void SetUp() override {
    put_app_captures(folder(), "home", 100, 4);
    put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
    const Outcome trained = run("flowtell train home -o apps.model --trees 20");
    EXPECT_EQ(trained.exit_code, 0) << trained.err;
  }
};

TEST_F(ExplainProgram, ExplainsAFlowACaptureAndAModel) {
  run("flowtell explain apps.model phone.pcap --flow 4");
  run("flowtell explain apps.model phone.pcap");
  run("flowtell explain apps.model");
  expect("explain");
}

// The same explanation, however the flow is named.
TEST_F(ExplainProgram, FindsAFlowByItsRecord) {
  const std::string explain = "flowtell explain apps.model phone.pcap --flow ";
  run("flowtell classify apps.model phone.pcap -o flows.csv");
  const auto column = [&](int number) {
    const std::string value =
        run(fmt::format("sed -n 5p flows.csv | cut -d, -f{}", number)).out;
    return value.substr(0, value.size() - 1);
  };
  const std::string by_number = run(explain + "4").out;
  EXPECT_TRUE(by_number.starts_with("Flow 4 of phone.pcap\n"));
  EXPECT_EQ(run(explain + column(14)).out, by_number) << "flow_id";
  EXPECT_EQ(run(explain + column(17)).out, by_number) << "Community ID";
  EXPECT_EQ(
      run(explain + fmt::format("'ip.addr=={} && {}.port=={}'", column(5),
                                column(9) == "TCP" ? "tcp" : "udp", column(6)))
          .out,
      by_number)
      << "filter";
  const Outcome several = run(explain + "ip.addr==192.168.12.100");
  EXPECT_TRUE(several.out.starts_with("Flow 1 of phone.pcap\n"));
  EXPECT_NE(
      several.err.find(", of which this is the first; name another by its "
                       "flow_id: "),
      std::string::npos)
      << several.err;
  EXPECT_EQ(run(explain + "ip.addr==10.9.9.9").exit_code, 2);
  put("key", std::string(32, 'k'));
  run("flowtell classify apps.model phone.pcap --anonymise key -o hidden.csv");
  const Outcome hidden =
      run(explain + "$(sed -n 5p hidden.csv | cut -d, -f14) --anonymise key");
  EXPECT_TRUE(hidden.out.starts_with("Flow 4 of capture-")) << hidden.err;
}

TEST_F(ExplainProgram, ExplainsWithLessEvidence) {
  run("flowtell explain apps.model phone.pcap --flow 1 --evidence shape");
  // No app is likelier than another here.
  const std::string rule = " --unknown floor=0.25,margin=0.05";
  run("flowtell explain apps.model phone.pcap --flow 1 --evidence name,time" +
      rule);
  run("flowtell explain apps.model phone.pcap --evidence name" + rule);
  run("flowtell explain apps.model phone.pcap --flow 2 --unknown floor=1");
  run("cat phone.pcap | flowtell explain apps.model - --evidence shape");
  expect("explain_less");
}

TEST_F(ExplainProgram, RejectsInvalidRequests) {
  run("flowtell explain apps.model phone.pcap --flow 1000");
  run("flowtell explain apps.model phone.pcap --flow 0");
  run("flowtell explain apps.model phone.pcap --flow first");
  run("flowtell explain apps.model --flow 1");
  run("flowtell explain apps.model absent.pcap --flow 1");
  run("flowtell explain phone.pcap apps.model");
  run("flowtell explain apps.model phone.pcap --evidence time");
  run("flowtell explain apps.model phone.pcap --json apps.model");
  run("flowtell explain apps.model phone.pcap --json phone.pcap");
  put("empty.pcap", app_capture(MadeUpApp::kChat, 1).substr(0, 24));
  run("flowtell explain apps.model empty.pcap");
  put("cut.pcap", app_capture(MadeUpApp::kChat, 1).substr(0, 900));
  run("flowtell explain apps.model cut.pcap --flow 99");
  run("flowtell explain apps.model cut.pcap --evidence shape | head -n 1");
  expect("explain_bad_input");
}

TEST_F(ExplainProgram, CountsTheFramesOfAllItsCaptures) {
  const TestFrame arp = frame().ethernet().ether_type(0x0806).padding(46);
  put("one.pcap", pcap_bytes({arp, arp}));
  put("two.pcap", pcap_bytes({arp}));
  const Outcome outcome = run("flowtell explain apps.model one.pcap two.pcap");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(outcome.err.starts_with("flowtell: no flows: 3 of 3 frames on "))
      << outcome.err;
}

TEST_F(ExplainProgram, WorksWithoutExamplesAndScores) {
  run("flowtell train home -o bare.model --trees 20 --no-examples --no-score");
  run("flowtell explain bare.model phone.pcap --flow 4 | grep -i training");
  run("flowtell explain bare.model | tail -n 2");
  expect("explain_without_examples");
}

TEST_F(ExplainProgram, WritesPagesWithMatchingTitles) {
  const auto title = [&](const std::string& what) {
    const Outcome page =
        run("flowtell explain apps.model " + what + " --html -");
    EXPECT_EQ(page.exit_code, 0) << page.err;
    EXPECT_TRUE(page.out.starts_with("<!DOCTYPE html>"));
    const std::size_t from = page.out.find("<title>") + 7;
    return page.out.substr(from, page.out.find("</title>", from) - from);
  };
  EXPECT_EQ(title(""), "Feature profiles of apps.model");
  EXPECT_EQ(title("phone.pcap"), "Verdicts on phone.pcap");
  EXPECT_EQ(title("phone.pcap home/chat/1.pcap"),
            "Verdicts on phone.pcap and home/chat/1.pcap");
  EXPECT_EQ(title("phone.pcap --flow 3"), "Flow 3 of phone.pcap");
}

TEST_F(ExplainProgram, ReportsTheNumberOfFlows) {
  put("one.pcap",
      pcap_bytes({frame().ethernet().ipv4().udp(40000, 443).payload(100)}));
  EXPECT_EQ(run("flowtell explain apps.model one.pcap --flow 2").err,
            "flowtell: --flow 2: there is only 1 flow; use the number of its "
            "line in 'flowtell classify'\n");
  EXPECT_EQ(
      run("flowtell explain apps.model one.pcap phone.pcap --flow 22").err,
      "flowtell: --flow 22: there are only 21 flows; use the number of its "
      "line in 'flowtell classify'\n");
}

// Flows are numbered as `classify` prints them.
TEST_F(ExplainProgram, NumbersFlowsAsClassifyDoes) {
  for (const int number : {1, 2, 9, 15}) {
    const std::string line =
        run(fmt::format("flowtell classify apps.model phone.pcap | sed -n {}p",
                        number))
            .out;
    const std::string reported =
        run(fmt::format("flowtell explain apps.model phone.pcap --flow {} | "
                        "sed -n 2p",
                        number))
            .out;
    ASSERT_GT(reported.size(), 40u);
    EXPECT_EQ(line.substr(0, reported.size() - 1),
              reported.substr(0, reported.size() - 1));
  }
}

TEST_F(ExplainProgram, WritesJsonThatAddsUp) {
  const auto reported = nlohmann::json::parse(
      run("flowtell explain apps.model phone.pcap --flow 4 --json -").out);
  for (const char* app : {"chat", "video"}) {
    double sum = reported["base"][app].get<double>();
    for (const auto& feature : reported["features"]) {
      sum += feature["contributions"][app].get<double>();
    }
    EXPECT_NEAR(sum, reported["scores"]["shape"][app].get<double>(), 1e-9);
  }
  EXPECT_EQ(reported["evidence_subsets"].size(), 5u);
  EXPECT_EQ(reported["number"], 4);
  const auto all = nlohmann::json::parse(
      run("flowtell explain apps.model phone.pcap --json -").out);
  std::size_t flows = 0;
  for (const auto& app : all["apps"]) flows += app["flows"].get<std::size_t>();
  EXPECT_EQ(all["flows"], flows);
  const auto model =
      nlohmann::json::parse(run("flowtell explain apps.model --json -").out);
  EXPECT_EQ(model["apps"].size(), 2u);
  EXPECT_TRUE(model["confusions"].is_array());
}

}  // namespace
}  // namespace flowtell
