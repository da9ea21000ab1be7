// SPDX-License-Identifier: Apache-2.0
//
// tests/gateway_test.py tests a real dnsmasq, which needs root.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "base/file.h"
#include "gateway/change.h"
#include "gateway/gateway_unit.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

TEST(FileChangeTest, RemovesTheLeftoversOfAnInterruptedWrite) {
  const TemporaryFolder folder;
  const FileChange change(folder / "conf", "text");
  ASSERT_TRUE(change.apply());
  EXPECT_EQ(*read_file(folder / "conf"), "text");
  folder.put("conf.a1.partial", "");
  folder.put("conf.old", "");
  folder.put("other.partial", "");
  ASSERT_TRUE(change.undo());
  EXPECT_EQ(folder.names(),
            (std::vector<std::string>{"conf.old", "other.partial"}));
  EXPECT_TRUE(change.undo());
  EXPECT_TRUE(FileChange(folder / "nowhere/conf").undo());
}

TEST(UnitChangeTest, AddsAndRemovesItsLink) {
  if (runs_systemd()) GTEST_SKIP() << "it would make systemd read its units";
  const TemporaryFolder folder;
  const UnitChange change(folder.path(), "a.service", "[Unit]\n");
  const std::string link = folder / "multi-user.target.wants/a.service";
  for (int times = 0; times < 2; ++times) ASSERT_TRUE(change.apply());
  EXPECT_EQ(*read_file(folder / "a.service"), "[Unit]\n");
  EXPECT_EQ(fs::read_symlink(link), folder / "a.service");
  folder.put("multi-user.target.wants/b.service", "");
  ASSERT_TRUE(change.undo());
  EXPECT_FALSE(fs::is_symlink(link));
  EXPECT_TRUE(fs::exists(folder / "multi-user.target.wants/b.service"));
  fs::remove(folder / "multi-user.target.wants/b.service");
  EXPECT_TRUE(change.undo());
  EXPECT_TRUE(folder.names().empty());
}

// A process in place of dnsmasq.
class DnsmasqChangeTest : public testing::Test {
 protected:
  DnsmasqChangeTest()
      : program_(*WaitingProgram::start({"sleep", "600"})),
        held_(open_process(program_.identity())) {
    program_.begin();
  }
  ~DnsmasqChangeTest() override {
    signal_process(held_, SIGKILL);
    program_.outcome();
  }
  bool runs() const { return is_running(program_.identity()); }

  WaitingProgram program_;
  FileHandle held_;
};

TEST_F(DnsmasqChangeTest, UndoEndsTheRecordedProcess) {
  const DnsmasqChange change("conf", program_.identity());
  const auto read = change_from_json(Json::parse(change.json().dump()));
  ASSERT_TRUE(read);
  ASSERT_TRUE((*read)->undo());
  EXPECT_FALSE(runs());
  EXPECT_TRUE((*read)->undo());
}

TEST_F(DnsmasqChangeTest, SparesAnotherProcessOfTheSameNumber) {
  ProcessIdentity other = program_.identity();
  other.started += 1;
  EXPECT_TRUE(DnsmasqChange("conf", other).undo());
  EXPECT_TRUE(DnsmasqChange("conf", ProcessIdentity{}).undo());
  EXPECT_FALSE(wait_for_end(held_, 50ms));
  EXPECT_TRUE(runs());
}

TEST_F(DnsmasqChangeTest, KillsAProcessThatDoesNotEnd) {
  signal_process(held_, SIGSTOP);
  ASSERT_TRUE(DnsmasqChange("conf", program_.identity()).undo());
  EXPECT_FALSE(runs());
}

}  // namespace
}  // namespace flowtell
