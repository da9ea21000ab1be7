// SPDX-License-Identifier: Apache-2.0
#include "gateway/leases.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/temporary_folder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

TEST(DeviceNames, ComeFromTheLeases) {
  const TemporaryFolder folder;
  folder.put("leases",
             "0 02:00:00:00:00:01 192.168.12.100 pixel *\n"
             "0 02:00:00:00:00:02 192.168.12.101 * *\n");
  DeviceNames names(folder / "leases");
  EXPECT_EQ(names.of(test_address("192.168.12.100")), "pixel");
  EXPECT_EQ(names.of(test_address("192.168.12.101")), "192.168.12.101");
  EXPECT_EQ(names.of(test_address("fd00::1")), "fd00::1");
}

// As for a process that may no longer open the path.
TEST(DeviceNames, AreReadFromTheFileOpenedAtTheStart) {
  const TemporaryFolder folder;
  folder.put("leases", "");
  DeviceNames names(folder / "leases");
  folder.put("leases", "0 02:00:00:00:00:01 192.168.12.100 pixel *\n");
  std::filesystem::rename(folder / "leases", folder / "elsewhere");
  EXPECT_EQ(names.of(test_address("192.168.12.100")), "pixel");
}

TEST(DeviceNames, AreAddressesWithoutAGateway) {
  DeviceNames names("/nowhere/at/all");
  EXPECT_EQ(names.of(test_address("192.168.12.100")), "192.168.12.100");
}

}  // namespace
}  // namespace flowtell
