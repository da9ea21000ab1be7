// SPDX-License-Identifier: Apache-2.0
#include "confine/confined_child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sanitized.h"

namespace flowtell {
namespace {

TEST(ConfinedChild, SaysWhatItFound) {
  const auto said = in_confined_child([] { return std::string("192.0.2.1"); });
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(*said, "192.0.2.1");
  EXPECT_EQ(in_confined_child([] { return std::string(); }).value(), "");
}

TEST(ConfinedChild, IsAnotherProcess) {
  const auto said =
      in_confined_child([] { return std::to_string(::getpid()); });
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_NE(*said, std::to_string(::getpid()));
}

TEST(ConfinedChild, MayOpenNoSocket) {
  if (kIsSanitized) GTEST_SKIP() << "sanitizers make calls of their own";
  EXPECT_FALSE(in_confined_child([] {
    return std::string(::socket(AF_INET, SOCK_DGRAM, 0) >= 0 ? "open" : "no");
  }));
}

TEST(ConfinedChild, HasABoundOnItsOutput) {
  const auto said_of = [](std::size_t size) {
    return in_confined_child([=] { return std::string(size, 'x'); });
  };
  const auto much = said_of(60'000);
  ASSERT_TRUE(much) << much.error().message;
  EXPECT_EQ(*much, std::string(60'000, 'x'));
  EXPECT_FALSE(said_of(1'000'000));
}

TEST(ConfinedChild, ThatDiesIsNoAnswer) {
  EXPECT_FALSE(in_confined_child([]() -> std::string {
    ::raise(SIGKILL);
    return "nothing wrong";
  }));
}

}  // namespace
}  // namespace flowtell
