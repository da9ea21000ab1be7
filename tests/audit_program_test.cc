// SPDX-License-Identifier: Apache-2.0
//
// The audit of labelled captures, as a program.
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "support/app_captures.h"
#include "support/pcap_bytes.h"
#include "support/program.h"

namespace flowtell {
namespace {

class AuditProgram : public ProgramTest {
 protected:
  // A capture of an app, shifted in time by `later`.
  void put_session(const std::string& name, MadeUpApp app, std::uint64_t seed,
                   Duration later) {
    std::vector<TestFrame> frames = app_session(app, seed);
    for (TestFrame& each : frames) each.time += later;
    put(name, pcap_bytes(frames));
  }

  // Three captures of each app, an hour apart.
  void put_clean(const std::string& folder) {
    Duration later{};
    for (int i = 1; i <= 3; ++i) {
      const auto seed = static_cast<std::uint64_t>(i);
      put_session(fmt::format("{}/chat/{}.pcap", folder, i), MadeUpApp::kChat,
                  seed, later += 1h);
      put_session(fmt::format("{}/video/{}.pcap", folder, i), MadeUpApp::kVideo,
                  seed, later += 1h);
    }
  }
};

TEST_F(AuditProgram, ReportsLittleForCleanCaptures) {
  put_clean("home");
  run("flowtell audit home");
  run("flowtell audit home --strict > audit.txt");
  run("flowtell audit home --json -");
  expect("audit_clean");
}

TEST_F(AuditProgram, FindsCopiesDamageAndEmptyCaptures) {
  put_clean("home");
  run("cp home/chat/1.pcap home/video/copy.pcap");
  run("gzip -nk home/chat/2.pcap");
  run("head -c 2000 home/video/2.pcap > home/video/cut.pcap");
  run("head -c 24 home/video/2.pcap > home/chat/nothing.pcap");
  run("flowtell audit home --json findings.json");
  run("flowtell audit home --strict --json - > /dev/null");
  const auto json =
      nlohmann::json::parse(*read_file(folder() / "findings.json"));
  EXPECT_EQ(json["faults"], 1);
  EXPECT_EQ(json["findings"][0]["kind"], "same-file");
  expect("audit_copies");
}

TEST_F(AuditProgram, ReadsAManifest) {
  put_clean("home");
  put("list.csv",
      "path,app,from,to\n"
      "home/chat/1.pcap,chat,0,8\n"
      "home/chat/1.pcap,video,6,\n"
      "home/video/1.pcap,video,,\n");
  run("flowtell audit list.csv --features classic14");
  expect("audit_a_manifest");
}

TEST_F(AuditProgram, DoesNotDependOnThreads) {
  put_clean("home");
  const Outcome one = run("flowtell audit home --threads 1 --json -");
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_EQ(run("flowtell audit home --threads 5 --json -").out, one.out);
}

TEST_F(AuditProgram, RejectsInvalidInput) {
  put("empty/chat/1.pcap", pcap_bytes(std::vector<TestFrame>{}));
  put("text/chat/1.txt", "no capture");
  put("one/chat/1.pcap", app_capture(MadeUpApp::kChat, 1));
  run("flowtell audit");
  run("flowtell audit absent");
  run("flowtell audit text");
  run("flowtell audit empty");
  run("flowtell audit one --features colour");
  run("flowtell audit one --evidence time");
  run("flowtell audit one --json absent/findings.json > /dev/null");
  run("flowtell audit one --strict");
  expect("audit_refuses");
}

}  // namespace
}  // namespace flowtell
