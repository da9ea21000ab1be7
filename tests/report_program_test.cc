// SPDX-License-Identifier: Apache-2.0
//
// Evaluations as HTML pages and with intervals; html_test.py tests the layout.
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "support/app_captures.h"
#include "support/program.h"

namespace flowtell {
namespace {

class ReportProgram : public ProgramTest {
 protected:
  void SetUp() override { put_app_captures(folder(), "home", 100, 4); }

  nlohmann::json json(const std::string& options) {
    const Outcome outcome =
        run("flowtell evaluate home --trees 10 --json - " + options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out);
  }

  std::string page() const { return *read_file(folder() / "report.html"); }
};

// The content of the element with this id, as JSON.
nlohmann::json island(const std::string& page, const std::string& id) {
  const auto at = page.find("id=\"" + id + "\">");
  const auto begin = page.find('>', at) + 1;
  return nlohmann::json::parse(
      page.substr(begin, page.find("</script>", begin) - begin));
}

TEST_F(ReportProgram, WritesAPageWithTheNumbersOfTheJson) {
  const auto score = json("--html report.html");
  EXPECT_EQ(island(page(), "evaluation"), score);
  EXPECT_TRUE(score.contains("timeline")) << "a page includes a day";
  const auto day = island(page(), "device-day");
  std::size_t flows = 0;
  for (const auto& use : day["uses"]) flows += use["flows"].size();
  EXPECT_EQ(flows, score["flows"]);
}

TEST_F(ReportProgram, WritesAPageOfOtherCaptures) {
  put_app_captures(folder(), "office", 900, 2);
  const auto score = json("--test office --html report.html");
  EXPECT_EQ(island(page(), "evaluation"), score);
  EXPECT_NE(page().find("<strong>office</strong>"), std::string::npos);
}

// One line per flow, whose verdicts add up to the figures.
TEST_F(ReportProgram, WritesEachPrediction) {
  const auto score = json("--predictions predictions.csv");
  const std::string csv = *read_file(folder() / "predictions.csv");
  EXPECT_TRUE(csv.starts_with(
      "capture,flow,flow_id,start,fold,truth,app,most_likely,confidence,"
      "unknown_score,probability_chat,probability_video\n"))
      << csv.substr(0, 200);
  EXPECT_EQ(run("tail -n +2 predictions.csv | wc -l").out,
            score["flows"].dump() + "\n");
  const std::string right =
      run("awk -F, 'NR > 1 && $6 == $8' predictions.csv | wc -l").out;
  EXPECT_NEAR(std::stod(right) / score["flows"].get<double>(),
              score["accuracy"].get<double>(), 1e-9);
  EXPECT_EQ(
      run("tail -n +2 predictions.csv | cut -d, -f5 | sort -u | wc -l").out,
      score["folds"].dump() + "\n");
  // They join the records of flows.
  EXPECT_EQ(run("tail -n +2 predictions.csv | cut -d, -f3 | sort >predicted; "
                "flowtell flows home -o flows.csv; tail -n +2 flows.csv | "
                "cut -d, -f14 | sort | cmp - predicted")
                .exit_code,
            0);
  put_app_captures(folder(), "office", 900, 2);
  EXPECT_EQ(run("flowtell evaluate home --trees 10 --predictions - --json -")
                .exit_code,
            2);
  EXPECT_EQ(run("flowtell evaluate home --preset eurosp16 --predictions x.csv")
                .exit_code,
            2);
  EXPECT_EQ(run("flowtell evaluate home --test office --trees 10 --predictions "
                "- | head -n 2 | tail -n 1 | cut -d, -f5")
                .out,
            "\n")
      << "a test set has no folds";
}

TEST_F(ReportProgram, GivesTheSameBytesOnAnyNumberOfThreads) {
  json("--html report.html --repeats 2 --threads 1");
  const std::string one = page();
  json("--html report.html --repeats 2 --threads 3");
  EXPECT_EQ(page(), one);
}

TEST_F(ReportProgram, PrintsThePageInsteadOfTheTable) {
  const Outcome outcome =
      run("flowtell evaluate home --trees 10 --html - | head -c 15");
  EXPECT_EQ(outcome.out, "<!DOCTYPE html>");
}

// The first repetition equals the run without repeats; the others differ.
TEST_F(ReportProgram, RepeatsWithOtherFolds) {
  const auto once = json("");
  EXPECT_FALSE(once.contains("repeats"));
  auto repeated = json("--repeats 4");
  const auto repeats = repeated["repeats"];
  ASSERT_EQ(repeats["runs"].size(), 4u);
  EXPECT_EQ(repeats["runs"][0]["accuracy"], once["accuracy"]);
  EXPECT_EQ(repeats["runs"][1]["accuracy"], json("--seed 2")["accuracy"]);
  double mean = 0;
  for (const auto& fold_run : repeats["runs"]) {
    mean += fold_run["accuracy"].get<double>() / 4;
  }
  EXPECT_NEAR(repeats["accuracy"]["mean"].get<double>(), mean, 1e-12);
  EXPECT_LT(repeats["accuracy"]["low"].get<double>(), mean);
  EXPECT_GT(repeats["accuracy"]["high"].get<double>(), mean);
  repeated.erase("repeats");
  EXPECT_EQ(repeated, once);
}

// Output paths are checked before the captures are read, which are absent here.
TEST_F(ReportProgram, RejectsUnwritableOutputsFirst) {
  run("flowtell evaluate nowhere --html absent/report.html");
  run("flowtell evaluate nowhere --json absent/score.json");
  run("flowtell evaluate nowhere --html home");
  run("flowtell evaluate home --trees 5 --html /dev/full >/dev/null");
  run("ls");
  expect("report_places");
}

TEST_F(ReportProgram, KeepsTheOldPageOnFailure) {
  put("report.html", "old");
  run("flowtell evaluate nowhere --html report.html");
  EXPECT_EQ(page(), "old");
}

TEST_F(ReportProgram, RejectsInvalidOptions) {
  run("flowtell evaluate home --html - --json -");
  run("flowtell evaluate home --repeats 0");
  run("flowtell evaluate home --test home --repeats 3");
  run("flowtell evaluate home --html x --json x");
  run("mkdir two && cp -r home/chat home/video two/ && "
      "flowtell evaluate two --trees 5 --leave-app-out");
  run("for f in home/*/*; do echo $f,$(basename $(dirname $f)); done | "
      "sort | sed '1i path,app' > list.csv");
  run("flowtell evaluate list.csv --json list.csv");
  run("flowtell train list.csv -o list.csv");
  run("head -1 list.csv");
  expect("report_usage");
}

// Inputs are protected under any name and however they are read.
TEST_F(ReportProgram, NeverReplacesItsInputs) {
  run("printf 'path,app\\nhome/chat/1.pcap,chat\\n' > list.csv");
  run("printf '0123456789abcdef%.0s' 1 2 3 4 > key");
  run("flowtell train home -o apps.model --trees 5 --no-score");
  run("ln -s home/video/2.pcap link; ln home/video/3.pcap same");
  run("sha256sum home/*/* apps.model key list.csv same > before");
  run("flowtell train home -o home/chat/1.pcap");
  run("flowtell train list.csv -o home/chat/1.pcap");
  run("flowtell evaluate home --json home/chat/1.pcap");
  run("flowtell evaluate home --html link");
  run("flowtell evaluate list.csv --test home --html same");
  run("flowtell audit home --json home/chat/1.pcap");
  run("flowtell audit list.csv --json list.csv");
  run("flowtell model apps.model --json apps.model");
  run("flowtell model apps.model --anonymise key --json key");
  run("flowtell classify apps.model home --anonymise key -o key");
  run("flowtell explain apps.model home --json home/chat/2.pcap");
  run("flowtell explain apps.model home --html x --json x");
  run("flowtell explain apps.model --html x --json ./x");
  run("flowtell explain apps.model --html - --json -");
  run("flowtell watch apps.model --replay same --anonymise key -o key");
  run("flowtell watch apps.model --replay same -o x --write ./x");
  run("sha256sum --quiet -c before && ls");
  expect("report_apart");
}

TEST_F(ReportProgram, RejectsInvalidNumbers) {
  run("flowtell flows home --burst-gap nan");
  run("flowtell train home -o x --burst-gap -nan");
  run("flowtell watch x --replay home/chat/1.pcap --speed nan");
  run("flowtell capture -i lo --app one -o x --minutes NaN");
  run("flowtell evaluate home --seed -1");
  run("flowtell evaluate home --seed 18446744073709551616");
  run("flowtell train home -o x --no-score --seed 010 && "
      "flowtell model x | grep seed");
  expect("report_no_number");
}

}  // namespace
}  // namespace flowtell
