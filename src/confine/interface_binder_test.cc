// SPDX-License-Identifier: Apache-2.0
//
// Tests without a packet socket. tests/privileges_test.py tests that the helper
// binds one and may do nothing else.
#include "confine/interface_binder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace flowtell {
namespace {

// The exit code of the only child.
int helper_exit_code() {
  int status = 0;
  EXPECT_GT(::waitpid(-1, &status, 0), 0);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  return WEXITSTATUS(status);
}

TEST(InterfaceBinder, EndsWithoutASocket) {
  { ASSERT_TRUE(InterfaceBinder::start("lo")); }
  EXPECT_EQ(helper_exit_code(), 0);
}

TEST(InterfaceBinder, EndsWhenItsOwnerIsDestroyed) {
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder) << binder.error().message;
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto taken = binder->take(socket.get(), 772);
    ASSERT_TRUE(taken) << taken.error().message;
  }
  EXPECT_EQ(helper_exit_code(), 0);
}

TEST(InterfaceBinder, BindsOnlyPacketSockets) {
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder);
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    constexpr int kLoopback = 772;  // ARPHRD_LOOPBACK
    ASSERT_TRUE(binder->take(socket.get(), kLoopback));
    EXPECT_FALSE(binder->rebind());
    EXPECT_FALSE(binder->rebind()) << "it replies each time";
  }
  EXPECT_EQ(helper_exit_code(), 0);
}

TEST(InterfaceBinder, ReportsAnAbsentInterface) {
  {
    auto binder = InterfaceBinder::start("flowtell-none");
    ASSERT_TRUE(binder);
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_TRUE(binder->take(socket.get(), 1));
    EXPECT_FALSE(binder->rebind());
  }
  EXPECT_EQ(helper_exit_code(), 0);
}

TEST(InterfaceBinder, RefusesAClosedDescriptor) {
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder);
    const auto taken = binder->take(-1, 1);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().message,
              "the helper that binds the socket when the interface returns has "
              "failed; start again, or keep the privileges");
  }
  EXPECT_EQ(helper_exit_code(), 0);
}

}  // namespace
}  // namespace flowtell
