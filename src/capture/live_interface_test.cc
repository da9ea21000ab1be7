// SPDX-License-Identifier: Apache-2.0
//
// Cases that need no frames of a real link; tests/ covers the others.
#include "capture/live_interface.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <regex>
#include <thread>

namespace flowtell {
namespace {

// An absent interface is reported only with the permission to capture.
bool may_capture() {
  const auto lo = LiveInterface::open("lo", {});
  return lo || lo.error().message.find("CAP_NET_RAW") == std::string::npos;
}

TEST(LiveInterface, ListsInterfacesIfItsOwnIsAbsent) {
  if (!may_capture()) GTEST_SKIP() << "needs the capability CAP_NET_RAW";
  const auto source = LiveInterface::open("flowtell-none", {});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::kNotFound);
  const std::string& message = source.error().message;
  EXPECT_TRUE(
      message.starts_with("there is no interface flowtell-none; available: "))
      << message;
  if (::if_nametoindex("lo") != 0) {
    EXPECT_NE(message.find("lo"), std::string::npos) << message;
  }
  // libpcap also lists devices that are not network interfaces.
  for (const char* other : {"\\bany\\b", "\\bnflog\\b", "\\bnfqueue\\b"}) {
    EXPECT_FALSE(std::regex_search(message, std::regex(other))) << message;
  }
}

TEST(LiveInterface, ReportsAnInvalidFilter) {
  if (!may_capture() || ::if_nametoindex("lo") == 0) {
    GTEST_SKIP() << "needs the capability CAP_NET_RAW and a loopback";
  }
  InterfaceOptions options;
  options.filter = "host of the party";
  const auto source = LiveInterface::open("lo", options);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(source.error().message.starts_with(
      "cannot apply the filter 'host of the party': "))
      << source.error().message;
}

TEST(LiveInterface, ReportsAMissingCapability) {
  // Capabilities are per thread: only this one drops them.
  std::thread([] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2] = {};
    ASSERT_EQ(::syscall(SYS_capset, &header, none), 0);
    const auto source = LiveInterface::open("lo", {});
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().message,
              "may not capture on lo: this needs the capability CAP_NET_RAW; "
              "run it as root, with sudo");
  }).join();
}

}  // namespace
}  // namespace flowtell
