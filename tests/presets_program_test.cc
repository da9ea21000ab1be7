// SPDX-License-Identifier: Apache-2.0
//
// Presets of published methods, and flows common to several apps, on the
// samples and on made-up apps.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/app_captures.h"
#include "support/program.h"

namespace flowtell {
namespace {

class PresetsProgram : public ProgramTest {
 protected:
  void SetUp() override {
    std::filesystem::create_directory_symlink(FLOWTELL_SAMPLES_FOLDER,
                                              folder() / "samples");
    put_app_captures(folder(), "home", 100, 4);
    put("phone.pcap", app_capture(MadeUpApp::kVideo, 500));
  }
};

TEST_F(PresetsProgram, EvaluateAsPublished) {
  run("flowtell evaluate samples/home --preset eurosp16");
  run("flowtell evaluate samples/home --test samples/mobile --preset tifs17");
  run("flowtell evaluate samples/home --preset tifs17 --json - | "
      "sed -n '/\"preset\"/,/}/p'");
  expect("evaluate_as_papers_did");
}

TEST_F(PresetsProgram, RejectContradictingOptions) {
  run("flowtell evaluate home --preset eurosp16 --trees 50");
  run("flowtell evaluate home --preset eurosp16 --flow-key five-tuple");
  run("flowtell evaluate home --preset tifs17 --unknown never");
  run("flowtell evaluate home --preset tifs17 --evidence shape,time");
  run("flowtell evaluate home --preset tifs17 --timeline");
  run("flowtell evaluate home --preset tifs17 --ambiguity");
  run("flowtell evaluate home --preset tifs19");
  run("flowtell evaluate home --preset eurosp16");
  run("flowtell evaluate home/video --preset eurosp16");
  // A span that contains only DNS queries.
  put("list.csv",
      "path,app,from,to\n"
      "phone.pcap,chat,0,0.02\n"
      "home/video/1.pcap,video,0,0.02\n");
  run("flowtell evaluate list.csv --preset eurosp16");
  expect("presets_contradicted");
}

TEST_F(PresetsProgram, AcceptAgreeingOptions) {
  const std::string line = "flowtell evaluate samples/home --preset eurosp16";
  const Outcome plain = run(line);
  EXPECT_EQ(plain.exit_code, 0);
  EXPECT_EQ(run(line + " --trees 150 --burst-gap 1.0 --flow-key "
                       "remote-endpoint")
                .out,
            plain.out);
  EXPECT_EQ(run(line + " --threads 1").out, plain.out);
}

// A preset's coverage is consistent with the number of flows.
TEST_F(PresetsProgram, ReportCoverageOfAllFlows) {
  const auto parsed = [&](const std::string& line) {
    return nlohmann::json::parse(run(line).out);
  };
  const auto score =
      parsed("flowtell evaluate samples/home --preset eurosp16 --json -");
  const auto all = parsed(
      "flowtell evaluate samples/home --flow-key remote-endpoint --evidence "
      "shape --json -");
  const auto& preset = score["preset"];
  EXPECT_EQ(preset["flows_seen"], all["flows"]);
  EXPECT_LT(score["flows"].get<double>(), all["flows"].get<double>());
  EXPECT_DOUBLE_EQ(preset["coverage"], score["coverage"]);
  EXPECT_NEAR(preset["coverage_of_seen"].get<double>() *
                  preset["flows_seen"].get<double>(),
              preset["coverage"].get<double>() * score["flows"].get<double>(),
              1e-6);
  EXPECT_EQ(preset["ambiguous"], 0) << "this one does not relabel";
}

// The made-up apps send the same DNS queries.
TEST_F(PresetsProgram, AmbiguousFlowsAreReported) {
  run("flowtell evaluate home --trees 20 --ambiguity --evidence shape | "
      "grep Ambiguous");
  run("flowtell evaluate home --trees 20 --ambiguity | grep Ambiguous");
  run("flowtell train home -o apps.model --trees 20 --no-score");
  run("flowtell model apps.model | tail -n 2");
  run("flowtell classify apps.model phone.pcap --ambiguity --format csv | "
      "cut -d, -f1,7- | head -n 6");
  run("flowtell classify apps.model phone.pcap --ambiguity --format jsonl | "
      "head -n 2");
  run("flowtell classify apps.model phone.pcap --ambiguity");
  expect("flows_that_apps_share");
}

// --ambiguity changes no verdict.
TEST_F(PresetsProgram, AmbiguityChangesNoVerdict) {
  ASSERT_EQ(run("flowtell train home -o apps.model --no-score").exit_code, 0);
  const std::string line =
      "flowtell classify apps.model phone.pcap --format csv ";
  EXPECT_EQ(run(line + "--ambiguity | sed 's/,[^,]*$//'").out, run(line).out);
}

}  // namespace
}  // namespace flowtell
