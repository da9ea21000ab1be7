// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

using namespace std::chrono_literals;

TEST(Process, GetsItsWordsAsTheyAre) {
  const auto outcome = run_process({"printf", "%s|", "a b", "$(ls)", "", "*"});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out, "a b|$(ls)||*|");
  EXPECT_EQ(outcome->exit_code, 0);
}

TEST(Process, ReadsItsInput) {
  const std::string much(1 << 20, 'x');
  const auto outcome = run_process({"cat"}, {.input = much});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out, much);
}

TEST(Process, KeepsNoMoreOutputThanItMay) {
  const std::string much(1 << 20, 'x');
  const auto outcome =
      run_process({"cat"}, {.input = much, .most_output = 1000});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out.size(), 1000u);
}

TEST(Process, TellsHowItEnded) {
  EXPECT_EQ(run_process({"false"})->exit_code, 1);
  EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"})->exit_code, 128 + 9);
  const auto said = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(said->exit_code, 7);
  EXPECT_EQ(said->out, "out\n");
  EXPECT_EQ(said->err, "err\n");
}

TEST(Process, IsEndedWhenItTakesTooLong) {
  const auto outcome = run_process({"sleep", "60"}, {.longest = 50ms});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message,
            "sleep took longer than 50 ms and was ended");
}

TEST(Process, MayLeaveADaemonBehindThatHoldsItsOutput) {
  const auto outcome =
      run_process({"sh", "-c", "sleep 3 & echo started"}, {.longest = 2s});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->out, "started\n");
}

TEST(Process, HasNoEnvironmentOfOurs) {
  EXPECT_EQ(*run_to_success({"env"}),
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n");
}

TEST(Process, ThatFailsIsQuoted) {
  const auto failed =
      run_to_success({"sh", "-c", "echo one >&2; echo two >&2; exit 1"});
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.ends_with(": one; two"))
      << failed.error().message;
  EXPECT_EQ(run_to_success({"false"}).error().message, "false: exit code 1");
}

TEST(Process, ThatIsNotThereIsNamed) {
  EXPECT_FALSE(find_program("no-such-program"));
  EXPECT_EQ(run_process({"no-such-program"}).error().message,
            "there is no program 'no-such-program' on this system");
  EXPECT_TRUE(find_program("sh"));
}

}  // namespace
}  // namespace flowtell
