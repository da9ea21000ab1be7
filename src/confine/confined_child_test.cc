// SPDX-License-Identifier: Apache-2.0
#include "confine/confined_child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sanitized.h"

namespace flowtell {
namespace {

TEST(ConfinedChild, ReturnsTheResult) {
  const auto reply = run_confined([] { return std::string("192.0.2.1"); });
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(*reply, "192.0.2.1");
  EXPECT_EQ(run_confined([] { return std::string(); }).value(), "");
}

TEST(ConfinedChild, RunsInAnotherProcess) {
  const auto reply = run_confined([] { return std::to_string(::getpid()); });
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_NE(*reply, std::to_string(::getpid()));
}

TEST(ConfinedChild, CannotOpenSockets) {
  if (kIsSanitized) GTEST_SKIP() << "sanitizers make other system calls";
  EXPECT_FALSE(run_confined([] {
    return std::string(::socket(AF_INET, SOCK_DGRAM, 0) >= 0 ? "open" : "no");
  }));
}

TEST(ConfinedChild, BoundsItsOutput) {
  const auto reply_of = [](std::size_t size) {
    return run_confined([=] { return std::string(size, 'x'); });
  };
  const auto large = reply_of(60'000);
  ASSERT_TRUE(large) << large.error().message;
  EXPECT_EQ(*large, std::string(60'000, 'x'));
  EXPECT_FALSE(reply_of(1'000'000));
}

TEST(ConfinedChild, FailsIfTheChildIsKilled) {
  EXPECT_FALSE(run_confined([]() -> std::string {
    ::raise(SIGKILL);
    return "unreachable";
  }));
}

}  // namespace
}  // namespace flowtell
