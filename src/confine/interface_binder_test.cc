// SPDX-License-Identifier: Apache-2.0
//
// Tests without a packet socket. tests/privileges_test.py tests that the helper
// binds one and may do nothing else.
#include "confine/interface_binder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/text.h"
#include "confine/least_privilege.h"

namespace flowtell {
namespace {

// The exit code of the only child.
int helper_exit_code() {
  int status = 0;
  EXPECT_GT(::waitpid(-1, &status, 0), 0);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  return WEXITSTATUS(status);
}

// The process number of the only child; 0 if the kernel does not list children.
pid_t helper_number() {
  const auto children = read_file("/proc/thread-self/children");
  if (!children) return 0;
  return parse_number<pid_t>(children->substr(0, children->find(' ')))
      .value_or(0);
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

TEST(InterfaceBinder, LeavesSignalsToItsOwner) {
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder);
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_TRUE(binder->take(socket.get(), 772));
    const pid_t helper = helper_number();
    if (helper == 0) GTEST_SKIP() << "needs CONFIG_PROC_CHILDREN";
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP}) {
      ASSERT_EQ(::kill(helper, signal), 0);
    }
  }
  EXPECT_EQ(helper_exit_code(), 0);
}

TEST(InterfaceBinder, DropsRoot) {
  const auto account = target_account();
  if (!account) GTEST_SKIP() << "needs root";
  {
    auto binder = InterfaceBinder::start("lo");
    ASSERT_TRUE(binder);
    const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ASSERT_TRUE(binder->take(socket.get(), 772));
    const pid_t helper = helper_number();
    if (helper == 0) GTEST_SKIP() << "needs CONFIG_PROC_CHILDREN";
    const auto status = read_file(fmt::format("/proc/{}/status", helper));
    ASSERT_TRUE(status);
    EXPECT_NE(status->find(
                  fmt::format("\nUid:\t{0}\t{0}\t{0}\t{0}\n", account->user)),
              std::string::npos)
        << *status;
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
