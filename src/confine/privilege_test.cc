// SPDX-License-Identifier: Apache-2.0
#include "confine/privilege.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>

#include <cstdint>
#include <vector>

#include "support/own_process.h"

namespace flowtell {
namespace {

constexpr Capability kAll[] = {
    Capability::kSetGroup,        Capability::kSetUser,
    Capability::kSetCapabilities, Capability::kNetBindService,
    Capability::kNetAdmin,        Capability::kNetRaw,
};

std::uint64_t bit_of(Capability capability) {
  return std::uint64_t{1} << static_cast<unsigned>(capability);
}

// By capget(2), independently of `may`.
std::uint64_t effective() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct held[2] = {};
  EXPECT_EQ(::syscall(SYS_capget, &header, held), 0);
  return std::uint64_t{held[1].effective} << 32 | held[0].effective;
}

void keep_only(std::uint64_t wanted) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct held[2] = {};
  held[0].effective = held[0].permitted = static_cast<std::uint32_t>(wanted);
  held[1].effective = held[1].permitted =
      static_cast<std::uint32_t>(wanted >> 32);
  ASSERT_EQ(::syscall(SYS_capset, &header, held), 0);
}

std::string missing_privilege() {
  const auto allowed = require_network_privilege("put a gateway up");
  if (allowed) return "";
  EXPECT_EQ(allowed.error().kind, ErrorKind::kPermission);
  return allowed.error().message;
}

TEST(Privilege, HasTheNumbersOfTheKernel) {
  EXPECT_EQ(bit_of(Capability::kSetGroup), 1u << CAP_SETGID);
  EXPECT_EQ(bit_of(Capability::kSetUser), 1u << CAP_SETUID);
  EXPECT_EQ(bit_of(Capability::kSetCapabilities), 1u << CAP_SETPCAP);
  EXPECT_EQ(bit_of(Capability::kNetBindService), 1u << CAP_NET_BIND_SERVICE);
  EXPECT_EQ(bit_of(Capability::kNetAdmin), 1u << CAP_NET_ADMIN);
  EXPECT_EQ(bit_of(Capability::kNetRaw), 1u << CAP_NET_RAW);
}

TEST(Privilege, MatchesCapget) {
  for (const Capability capability : kAll) {
    EXPECT_EQ(may(capability), (effective() & bit_of(capability)) != 0);
  }
}

TEST(Privilege, ListsAllMissingCapabilities) {
  in_child_process([] {
    keep_only(0);
    for (const Capability capability : kAll) EXPECT_FALSE(may(capability));
    EXPECT_EQ(missing_privilege(),
              "cannot put a gateway up without CAP_NET_ADMIN, CAP_NET_RAW and "
              "CAP_NET_BIND_SERVICE; run it as root, as in 'sudo flowtell "
              "gateway ...'");
  });
}

TEST(Privilege, ChecksEachCapability) {
  for (const Capability kept : kAll) {
    if (!may(kept)) GTEST_SKIP() << "needs root";
    in_child_process([=] {
      keep_only(bit_of(kept));
      for (const Capability each : kAll) EXPECT_EQ(may(each), each == kept);
    });
  }
  const std::uint64_t network = bit_of(Capability::kNetAdmin) |
                                bit_of(Capability::kNetRaw) |
                                bit_of(Capability::kNetBindService);
  in_child_process([=] {
    keep_only(network);
    EXPECT_EQ(missing_privilege(), "");
    keep_only(network & ~bit_of(Capability::kNetRaw));
    EXPECT_TRUE(missing_privilege().starts_with(
        "cannot put a gateway up without CAP_NET_RAW; run it as root"))
        << missing_privilege();
  });
}

TEST(UserNamespace, HasNoOtherUsersIfOnlyOneNumberIsMapped) {
  const std::string own = std::to_string(::getuid());
  in_child_process([&] {
    if (::unshare(CLONE_NEWUSER) != 0) return;  // not allowed here
    EXPECT_FALSE(maps_other_users()) << "no number is mapped yet";
    const FileHandle map(::open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC));
    if (!write_all(map.get(), "0 " + own + " 1\n")) return;
    EXPECT_FALSE(maps_other_users());
  });
}

TEST(UserNamespace, HasOtherUsersIfAllNumbersAreMapped) {
  const std::string map = read_file("/proc/self/uid_map").value_or("");
  if (map.find(" 4294967295\n") == std::string::npos) {
    GTEST_SKIP() << "runs in a user namespace";
  }
  EXPECT_TRUE(maps_other_users());
}

}  // namespace
}  // namespace flowtell
