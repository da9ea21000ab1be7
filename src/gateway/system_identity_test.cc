// SPDX-License-Identifier: Apache-2.0
#include "gateway/system_identity.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/own_process.h"

namespace flowtell {
namespace {

TEST(SystemIdentity, IsStableAndComplete) {
  const SystemIdentity identity = identity_of_system();
  EXPECT_EQ(identity, identity_of_system());
  EXPECT_EQ(identity.boot.size(), 36u) << identity.boot;
  EXPECT_EQ(std::count(identity.network.begin(), identity.network.end(), ':'),
            2);
}

TEST(SystemIdentity, UsesTheBootId) {
  const auto boot = read_file("/proc/sys/kernel/random/boot_id");
  ASSERT_TRUE(boot);
  EXPECT_EQ(identity_of_system().boot + '\n', *boot);
}

TEST(SystemIdentity, UsesTheInodeOfTheNamespace) {
  struct stat network {};
  ASSERT_EQ(::stat("/proc/self/ns/net", &network), 0);
  EXPECT_TRUE(identity_of_system().network.starts_with(
      fmt::format("{}:{}:", network.st_dev, network.st_ino)))
      << identity_of_system().network;
}

TEST(SystemIdentity, DiffersBetweenNetworks) {
  SKIP_UNLESS_NETWORK_NAMESPACE();
  const SystemIdentity before = identity_of_system();
  in_child_process([&] {
    ASSERT_TRUE(enter_network_namespace());
    EXPECT_EQ(identity_of_system().boot, before.boot);
    EXPECT_NE(identity_of_system().network, before.network);
  });
}

}  // namespace
}  // namespace flowtell
