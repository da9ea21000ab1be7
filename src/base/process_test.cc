// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <string>

#include "base/text.h"
#include "support/interruptions.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

using namespace std::chrono_literals;

TEST(Process, PassesArgumentsUnchanged) {
  const auto outcome = run_process({"printf", "%s|", "a b", "$(ls)", "", "*"});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out, "a b|$(ls)||*|");
  EXPECT_EQ(outcome->exit_code, 0);
}

TEST(Process, ReadsItsInput) {
  const std::string large(1 << 20, 'x');
  const auto outcome = run_process({"cat"}, {.input = large});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out, large);
}

TEST(Process, LimitsItsOutput) {
  const std::string large(1 << 20, 'x');
  const auto outcome =
      run_process({"cat"}, {.input = large, .max_output = 1000});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out.size(), 1000u);
}

TEST(Process, ReportsExitCodeAndOutput) {
  EXPECT_EQ(run_process({"false"})->exit_code, 1);
  EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"})->exit_code, 128 + 9);
  const auto outcome =
      run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(outcome->exit_code, 7);
  EXPECT_EQ(outcome->out, "out\n");
  EXPECT_EQ(outcome->err, "err\n");
}

TEST(Process, IsKilledAfterItsTimeout) {
  const auto outcome = run_process({"sleep", "60"}, {.timeout = 50ms});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message,
            "sleep took longer than 50 ms and was killed");
}

TEST(Process, MayLeaveADaemonWithOpenOutput) {
  const auto outcome =
      run_process({"sh", "-c", "sleep 3 & echo started"}, {.timeout = 2s});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out, "started\n");
}

TEST(Process, InheritsNoEnvironment) {
  EXPECT_EQ(*run_checked({"env"}),
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n");
}

TEST(Process, ReportsTheErrorTextOfAFailure) {
  const auto failed =
      run_checked({"sh", "-c", "echo one >&2; echo two >&2; exit 1"});
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.ends_with(": one; two"))
      << failed.error().message;
  EXPECT_EQ(run_checked({"false"}).error().message, "false: exit code 1");
}

TEST(Process, ShortensTheErrorTextToOneLine) {
  const auto failed = run_checked({"sh", "-c", "printf 'a\n\nb\n'; exit 1"});
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.ends_with(": a; b")) << "standard output";
  const auto large =
      run_checked({"sh", "-c", "printf %1000s x | tr ' ' y >&2; exit 1"});
  ASSERT_FALSE(large);
  EXPECT_TRUE(large.error().message.ends_with(": " + std::string(400, 'y')));
}

TEST(Process, StartsWithDefaultSignals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old = std::signal(SIGPIPE, SIG_IGN);
  const auto outcome =
      run_process({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  std::signal(SIGPIPE, old);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(outcome);
  std::vector<std::uint64_t> sets;
  for (const std::string_view line : split(outcome->out, '\n')) {
    if (line.empty()) continue;
    sets.push_back(
        std::stoull(std::string(line.substr(line.find('\t'))), nullptr, 16));
  }
  ASSERT_EQ(sets.size(), 2u) << outcome->out;
  // Signals from 32 on belong to the C library.
  EXPECT_EQ(sets[0] & 0x7fffffff, 0u) << "none is blocked";
  EXPECT_EQ(sets[1] & 0x7fffffff, 0u) << "none is ignored";
}

TEST(Process, LeavesNoZombieAfterItsTimeout) {
  const TemporaryFolder folder;
  const std::string path = folder / "number";
  const auto ended = run_process(
      {"sh", "-c", "echo $$ >" + path + "; exec sleep 60"}, {.timeout = 500ms});
  ASSERT_FALSE(ended);
  const auto number = parse_number<int>(split(*read_file(path), '\n').front());
  ASSERT_TRUE(number);
  EXPECT_NE(::kill(*number, 0), 0) << "killed, and not left as a zombie";
}

TEST(Process, IsWaitedForDespiteSignals) {
  const Interruptions interruptions;
  const auto outcome = run_process({"sleep", "0.2"});
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->exit_code, 0);
  EXPECT_EQ(*run_checked({"sh", "-c", "sleep 0.1; echo done"}), "done\n");
}

TEST(Process, IsNotWaitedForAfterItsEnd) {
  EXPECT_TRUE(wait_for_end(FileHandle(), 1h));
  EXPECT_FALSE(wait_for_end(open_process(::getpid()), 0ms)) << "it runs";
  EXPECT_FALSE(wait_for_end(open_process(::getpid()), 20ms));
}

TEST(Process, CanBeOpenedAndSignalled) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  {
    const FileHandle handle = open_process(child);
    ASSERT_GE(handle.get(), 0);
    pollfd watched{handle.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&watched, 1, 0), 0) << "it runs";
    signal_process(handle, SIGUSR1);
    EXPECT_EQ(::poll(&watched, 1, 30'000), 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
  EXPECT_LT(open_process(child).get(), 0) << "it has ended";
}

TEST(Process, ReportsAnUnknownProgram) {
  EXPECT_FALSE(find_program("no-such-program"));
  EXPECT_EQ(run_process({"no-such-program"}).error().kind, ErrorKind::kSystem);
  EXPECT_EQ(run_process({"no-such-program"}).error().message,
            "there is no program 'no-such-program'; install it");
  EXPECT_TRUE(find_program("sh"));
}

TEST(Process, IsIdentifiedByNumberAndStart) {
  const auto own = identify_process(::getpid());
  ASSERT_TRUE(own);
  EXPECT_EQ(own->number, ::getpid());
  EXPECT_TRUE(is_running(*own));
  EXPECT_FALSE(is_running({own->number, own->started + 1}));
  EXPECT_LT(open_process({own->number, own->started + 1}).get(), 0);
  EXPECT_GE(open_process(*own).get(), 0);
  EXPECT_FALSE(is_running({}));
  EXPECT_LT(open_process(ProcessIdentity{}).get(), 0);
  EXPECT_FALSE(identify_process(0));
}

// In /proc/PID/stat the name, which a process can set, precedes the start.
TEST(Process, IsIdentifiedWithAnyName) {
  const auto before = identify_process(::getpid());
  std::array<char, 16> name{};
  ::prctl(PR_GET_NAME, name.data());
  ::prctl(PR_SET_NAME, ") Z 1 1 (1 1) 2");
  EXPECT_EQ(identify_process(::getpid()), before);
  ::prctl(PR_SET_NAME, name.data());
}

TEST(Process, DoesNotCountAZombieAsRunning) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  const FileHandle handle = open_process(child);
  EXPECT_TRUE(wait_for_end(handle, 10s));
  EXPECT_FALSE(identify_process(child));
  ::waitpid(child, nullptr, 0);
}

TEST(WaitingProgram, BeginsOnRequestInItsOwnSession) {
  const TemporaryFolder folder;
  auto program = WaitingProgram::start(
      {"sh", "-c",
       "read a b c d e session rest < /proc/$$/stat; echo $$ $session > " +
           folder / "numbers" + "; echo no >&2; exit 3"});
  ASSERT_TRUE(program);
  const FileHandle handle = open_process(program->identity());
  EXPECT_TRUE(is_running(program->identity()));
  EXPECT_FALSE(wait_for_end(handle, 50ms));
  EXPECT_TRUE(folder.names().empty());
  program->begin();
  ASSERT_TRUE(wait_for_end(handle, 10s));
  EXPECT_EQ(*read_file(folder / "numbers"),
            fmt::format("{0} {0}\n", program->identity().number));
  const ProcessOutcome outcome = program->outcome();
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(failure_text(outcome), "no");
}

TEST(WaitingProgram, NeverBeginsAfterDestruction) {
  const TemporaryFolder folder;
  ProcessIdentity identity;
  {
    auto program = WaitingProgram::start({"touch", folder / "begun"});
    ASSERT_TRUE(program);
    identity = program->identity();
  }
  EXPECT_EQ(::waitpid(identity.number, nullptr, WNOHANG), -1)
      << "it has ended and was reaped";
  EXPECT_FALSE(is_running(identity));
  EXPECT_TRUE(folder.names().empty());
}

TEST(WaitingProgram, IsWaitedForDespiteSignals) {
  auto program = WaitingProgram::start({"sh", "-c", "sleep 0.2; exit 5"});
  ASSERT_TRUE(program);
  const Interruptions interruptions;
  program->begin();
  EXPECT_EQ(program->outcome().exit_code, 5);
}

TEST(WaitingProgram, NeverBeginsIfItsParentIsKilled) {
  const TemporaryFolder folder;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto program = WaitingProgram::start({"touch", folder / "begun"});
    const int number = program ? program->identity().number : 0;
    if (::write(ends[1], &number, sizeof number) < 0) ::_exit(1);
    ::raise(SIGKILL);
  }
  int number = 0;
  ASSERT_EQ(::read(ends[0], &number, sizeof number),
            static_cast<ssize_t>(sizeof number));
  ::waitpid(parent, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  ASSERT_GT(number, 0);
  EXPECT_TRUE(wait_for_end(open_process(number), 10s));
  EXPECT_TRUE(folder.names().empty());
}

TEST(WaitingProgram, CanBeKilledBeforeItBegins) {
  auto program = WaitingProgram::start({"true"});
  ASSERT_TRUE(program);
  const FileHandle handle = open_process(program->identity());
  signal_process(handle, SIGKILL);
  ASSERT_TRUE(wait_for_end(handle, 10s));
  program->begin();
  EXPECT_EQ(program->outcome().exit_code, 128 + SIGKILL);
}

TEST(WaitingProgram, ReportsAnUnknownProgram) {
  EXPECT_EQ(WaitingProgram::start({"no-such-program"}).error().message,
            "there is no program 'no-such-program'; install it");
}

}  // namespace
}  // namespace flowtell
