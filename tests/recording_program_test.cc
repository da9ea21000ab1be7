// SPDX-License-Identifier: Apache-2.0
//
// `capture` on the loopback interface of a network namespace that ends with the
// test. Skipped if namespaces are not available.
#include <unistd.h>

#include <array>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "support/program.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

class RecordingProgram : public ProgramTest {
 protected:
  void SetUp() override {
    for (const char* unshare : {"unshare -n", "unshare -rn"}) {
      if (run(fmt::format("{} ip link set lo up", unshare)).exit_code == 0) {
        unshare_ = unshare;
        return;
      }
    }
    GTEST_SKIP() << "this needs a network namespace";
  }

  // Runs a script while datagrams are sent continuously.
  Outcome run_there(const std::string& script) {
    put("script.sh",
        "ip link set lo up\n"
        "while :; do echo x >/dev/udp/127.0.0.1/9; sleep 0.01; done "
        "2>/dev/null &\n"
        "traffic=$!\n" +
            script + "\ncode=$?\nkill $traffic\nexit $code\n");
    return run(unshare_ + " bash script.sh");
  }

  // The rows of the manifest without its header, cell by cell.
  std::vector<std::vector<std::string>> recordings() const {
    std::vector<std::vector<std::string>> rows;
    const auto manifest = read_file(folder() / "apps/manifest.csv");
    if (!manifest) return rows;
    for (const std::string_view line : split(*manifest, '\n')) {
      if (line.empty()) continue;
      rows.emplace_back();
      for (const std::string_view cell : split(line, ',')) {
        rows.back().emplace_back(cell);
      }
    }
    EXPECT_EQ(fmt::format("{}", fmt::join(rows.front(), ",")),
              "path,app,device,started,ended,host,notes");
    rows.erase(rows.begin());
    return rows;
  }

  std::size_t frames_of(const std::string& path) const {
    return read_back(*read_file(folder() / ("apps/" + path))).frames.size();
  }

  std::string unshare_;
};

std::string host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

const std::string kCapture =
    "flowtell capture -i lo --app news -o apps --privileges keep ";

TEST_F(RecordingProgram, RecordsRoundsInSequence) {
  const Outcome outcome = run_there(
      kCapture +
      "--minutes 0.02 --rounds 2 --device 127.0.0.1 --notes 'on the train'");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto rows = recordings();
  ASSERT_EQ(rows.size(), 2u);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 7u);
    EXPECT_EQ(row[1], "news");
    EXPECT_EQ(row[2], "127.0.0.1");
    EXPECT_LE(row[3], row[4]);
    EXPECT_EQ(row[5], host());
    EXPECT_EQ(row[6], "on the train");
    const std::size_t frames = frames_of(row[0]);
    EXPECT_GT(frames, 0u);
    EXPECT_NE(outcome.err.find(
                  fmt::format("flowtell: apps/{}: {} packet", row[0], frames)),
              std::string::npos)
        << outcome.err;
  }
  EXPECT_NE(rows[0][0], rows[1][0]);
}

TEST_F(RecordingProgram, WarnsOfAnEmptyRecording) {
  const Outcome outcome =
      run_there(kCapture + "--minutes 0.001 --device 192.0.2.1");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  ASSERT_EQ(recordings().size(), 1u);
  EXPECT_NE(outcome.err.find(fmt::format(
                "flowtell: warning: apps/{} holds no packets; check that the "
                "device's traffic passes through lo\n",
                recordings()[0][0])),
            std::string::npos)
      << outcome.err;
}

// A signal ends the session, not just the round.
TEST_F(RecordingProgram, EndsAllRoundsOnASignal) {
  const Outcome outcome = run_there(
      kCapture +
      "--minutes 100 --rounds 2 & pid=$!\n"
      "until [ -s apps/news/*.pcap ] || ! kill -0 $pid; do sleep 0.01; done\n"
      "kill -TERM $pid; wait $pid");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(recordings().size(), 1u);
}

// Frames are cut after the headers, and the machine's name is not recorded.
TEST_F(RecordingProgram, HidesAddressesWhenAnonymising) {
  put("key",
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  const Outcome outcome = run_there(
      kCapture + "--minutes 0.005 --anonymise key --device 127.0.0.1");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto rows = recordings();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][5], "");
  EXPECT_NE(rows[0][2], "");
  EXPECT_NE(rows[0][2], "127.0.0.1");
  EXPECT_NE(outcome.err.find("the networks of devices are anonymised too; "
                             "read the recordings with --lan "),
            std::string::npos)
      << outcome.err;
}

TEST_F(RecordingProgram, RejectsContentWhenAnonymising) {
  put("key",
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  const Outcome outcome = run_there(kCapture + "--anonymise key --snap 100");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.err.find("--anonymise contradicts --snap 100: "),
            std::string::npos)
      << outcome.err;
  EXPECT_FALSE(std::filesystem::exists(folder() / "apps"));
}

// Nothing is recorded if it could not be stored after privileges are dropped.
TEST_F(RecordingProgram, FailsWithoutWriteAccess) {
  std::filesystem::create_directories(folder() / "apps/news");
  const Outcome outcome = run_there(
      "chmod 755 .; chmod 555 apps apps/news\n"
      "flowtell capture -i lo --app news -o apps --minutes 0.001");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("flowtell: "), std::string::npos);
  EXPECT_EQ(recordings().size(), 0u);
}

}  // namespace
}  // namespace flowtell
