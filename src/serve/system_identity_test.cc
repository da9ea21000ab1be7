// SPDX-License-Identifier: Apache-2.0
#include "serve/system_identity.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(SystemIdentity, IsTheSameEachTimeAndWhole) {
  const SystemIdentity identity = identity_of_system();
  EXPECT_EQ(identity, identity_of_system());
  EXPECT_EQ(identity.boot.size(), 36u) << identity.boot;
  EXPECT_EQ(std::count(identity.network.begin(), identity.network.end(), ':'),
            2);
}

}  // namespace
}  // namespace flowtell
