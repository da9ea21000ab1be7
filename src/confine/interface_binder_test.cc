// SPDX-License-Identifier: Apache-2.0
//
// What needs no packet socket. That the helper binds one, and may do nothing
// else, is seen in tests/privileges_test.py.
#include "confine/interface_binder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flowtell {
namespace {

// The exit code of the one child there is.
int code_of_helper() {
  int status = 0;
  EXPECT_GT(::waitpid(-1, &status, 0), 0);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  return WEXITSTATUS(status);
}

TEST(InterfaceBinder, EndsWhereNoSocketIsOpened) {
  { ASSERT_TRUE(InterfaceBinder::start("lo")); }
  EXPECT_EQ(code_of_helper(), 0);
}

TEST(InterfaceBinder, EndsWithItsUser) {
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder) << binder.error().message;
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto taken = binder->take(socket.get(), 772);
    ASSERT_TRUE(taken) << taken.error().message;
  }
  EXPECT_EQ(code_of_helper(), 0);
}

TEST(InterfaceBinder, BindsNothingButPacketSockets) {
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder);
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    constexpr int kLoopback = 772;  // ARPHRD_LOOPBACK
    ASSERT_TRUE(binder->take(socket.get(), kLoopback));
    EXPECT_FALSE(binder->bind_again());
    EXPECT_FALSE(binder->bind_again()) << "it answers each time";
  }
  EXPECT_EQ(code_of_helper(), 0);
}

TEST(InterfaceBinder, BindsNoInterfaceThatIsAbsent) {
  {
    auto binder = InterfaceBinder::start("flowtell-none");
    ASSERT_TRUE(binder);
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_TRUE(binder->take(socket.get(), 1));
    EXPECT_FALSE(binder->bind_again());
  }
  EXPECT_EQ(code_of_helper(), 0);
}

TEST(InterfaceBinder, TakesNoDescriptorThatIsNotOpen) {
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder);
    const auto taken = binder->take(-1, 1);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().message,
              "the process that binds the socket when the interface returns "
              "has failed; start again, or keep privileges with --privileges "
              "keep");
  }
  EXPECT_EQ(code_of_helper(), 0);
}

}  // namespace
}  // namespace flowtell
