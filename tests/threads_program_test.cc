// SPDX-License-Identifier: Apache-2.0
//
// `--threads` and `--stats` of the commands that read captures.
#include "support/app_captures.h"
#include "support/pcap_bytes.h"
#include "support/program.h"

namespace flowtell {
namespace {

class ThreadsProgram : public ProgramTest {
 protected:
  void SetUp() override {
    put_app_captures(folder(), "home", 100, 4);
    ASSERT_EQ(
        run("flowtell train home -o apps.model --trees 5 --no-score").exit_code,
        0);
    put("long.pcap", long_capture());
  }

  // Consecutive sessions, so many that several batches of flows pass between
  // threads.
  static std::string long_capture() {
    std::vector<TestFrame> all;
    Duration later{};
    for (std::uint64_t seed = 500; seed < 700; ++seed) {
      for (TestFrame frame : app_session(MadeUpApp::kVideo, seed)) {
        frame.time += later;
        all.push_back(std::move(frame));
      }
      later += 60s;
    }
    return pcap_bytes(all);
  }
};

TEST_F(ThreadsProgram, GiveTheSameLinesForAnyNumber) {
  for (const std::string command :
       {"classify apps.model long.pcap home --format csv --names --ledger",
        "classify apps.model long.pcap --bursts --ledger",
        "flows long.pcap home --features robust --format jsonl --ledger"}) {
    const Outcome one = run("flowtell " + command + " --threads 1");
    EXPECT_EQ(one.exit_code, 0);
    EXPECT_GT(std::count(one.out.begin(), one.out.end(), '\n'), 4000);
    for (const char* threads : {"2", "5"}) {
      const Outcome more = run("flowtell " + command + " --threads " + threads);
      EXPECT_EQ(more.out, one.out);
      EXPECT_EQ(more.err, one.err);
      EXPECT_EQ(more.exit_code, 0);
    }
  }
}

TEST_F(ThreadsProgram, EndOnAWriteError) {
  for (const char* threads : {"1", "2"}) {
    const Outcome full =
        run(fmt::format("flowtell classify apps.model long.pcap --threads {} "
                        ">/dev/full",
                        threads));
    EXPECT_EQ(full.exit_code, 1);
    EXPECT_NE(full.err.find("No space left on device"), std::string::npos);
  }
}

TEST_F(ThreadsProgram, ReportTheTimeOfEachStage) {
  const Outcome reported =
      run("flowtell classify apps.model long.pcap --stats -o lines.txt");
  EXPECT_EQ(reported.exit_code, 0);
  EXPECT_EQ(reported.out, "");
  for (const char* word :
       {"read", "decode", "flow", "features", "classify", "report", "write",
        "packets/s", "flows/s", "flows open", "per flow with its packets"}) {
    EXPECT_NE(reported.err.find(word), std::string::npos) << word;
  }
  const std::string two = "Times are summed over 2 threads; ";
  for (const auto& [threads, has_two] :
       {std::pair("1", false), std::pair("2", true), std::pair("5", true)}) {
    EXPECT_EQ(run(fmt::format("flowtell flows long.pcap --stats --threads {}",
                              threads))
                      .err.find(two) != std::string::npos,
              has_two)
        << threads;
  }
  // The second thread's stages are counted: a stage without time has no rate.
  const std::string both =
      run("flowtell classify apps.model long.pcap --stats --threads 2").err;
  for (const std::string stage : {"\nfeatures", "\nclassify", "\nreport"}) {
    const std::size_t at = both.find(stage);
    ASSERT_NE(at, std::string::npos);
    EXPECT_NE(both[both.find('\n', at + 1) - 1], '-') << stage;
  }
  // The lines equal those of a run without --stats.
  run("flowtell classify apps.model long.pcap -o untimed.txt");
  EXPECT_EQ(run("cmp lines.txt untimed.txt").exit_code, 0);
}

}  // namespace
}  // namespace flowtell
