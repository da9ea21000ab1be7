// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_lock.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "support/temporary_folder.h"

namespace flowtell {
namespace {

TEST(GatewayLock, CreatesAndRemovesItsFolder) {
  const TemporaryFolder folder;
  const std::string state = folder / "deep/state";
  {
    const auto lock = GatewayLock::take(state);
    ASSERT_TRUE(lock) << lock.error().message;
    struct stat status {};
    ASSERT_EQ(::stat(state.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, mode_t{0700});
  }
  EXPECT_FALSE(std::filesystem::exists(state));
}

TEST(GatewayLock, KeepsAFolderWithAGateway) {
  const TemporaryFolder folder;
  folder.put("state/gateway-wlan0/journal", "");
  { ASSERT_TRUE(GatewayLock::take(folder / "state")); }
  EXPECT_TRUE(std::filesystem::exists(folder / "state/gateway-wlan0/journal"));
}

// The first removes the folder, so the second creates it again.
TEST(GatewayLock, IsHeldByOneCommandAtATime) {
  const TemporaryFolder folder;
  const std::string state = folder / "state";
  auto first = GatewayLock::take(state);
  ASSERT_TRUE(first);
  std::atomic<bool> is_held{true};
  std::atomic<bool> waits{false};
  std::thread other([&] {
    waits = true;
    const auto second = GatewayLock::take(state);
    EXPECT_TRUE(second);
    EXPECT_FALSE(is_held);
    EXPECT_TRUE(std::filesystem::exists(state));
  });
  while (!waits) std::this_thread::yield();
  is_held = false;
  { const GatewayLock last = std::move(*first); }
  other.join();
  EXPECT_FALSE(std::filesystem::exists(state));
}

TEST(GatewayLock, ReportsAFolderThatCannotBeMade) {
  const TemporaryFolder folder;
  folder.put("file", "");
  const auto below = GatewayLock::take(folder / "file/state");
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error().message,
            "cannot make " + (folder / "file/state") + ": Not a directory");
  const auto file = GatewayLock::take(folder / "file");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            "cannot open " + (folder / "file") + ": Not a directory");
}

sigset_t blocked_now() {
  sigset_t blocked;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return blocked;
}

TEST(BlockedSignals, AreDeliveredOnDestruction) {
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) {
    static volatile std::sig_atomic_t count = 0;
    count = 0;
    const auto before = std::signal(each, [](int) { count = count + 1; });
    {
      const BlockedSignals signals;
      EXPECT_FALSE(signals.any());
      const sigset_t blocked = blocked_now();
      EXPECT_EQ(sigismember(&blocked, each), 1);
      EXPECT_EQ(sigismember(&blocked, SIGCHLD), 0);
      ::raise(each);
      EXPECT_EQ(count, 0);
      EXPECT_TRUE(signals.any()) << each;
    }
    EXPECT_EQ(count, 1) << "when unblocked";
    const sigset_t blocked = blocked_now();
    EXPECT_EQ(sigismember(&blocked, each), 0);
    std::signal(each, before);
  }
}

}  // namespace
}  // namespace flowtell
