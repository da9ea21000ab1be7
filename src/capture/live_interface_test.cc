// SPDX-License-Identifier: Apache-2.0
//
// What needs no frames of a real link; those are in the tests of the program.
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

// That a name stands for no interface is told only to who may listen.
bool may_listen() {
  const auto lo = LiveInterface::open("lo", {});
  return lo || lo.error().message.find("CAP_NET_RAW") == std::string::npos;
}

TEST(LiveInterface, ThatIsAbsentIsToldWithThoseThereAre) {
  if (!may_listen()) GTEST_SKIP() << "that takes the capability CAP_NET_RAW";
  const auto source = LiveInterface::open("flowtell-none", {});
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::kInput);
  const std::string& message = source.error().message;
  EXPECT_TRUE(
      message.starts_with("there is no interface flowtell-none; there are: "))
      << message;
  if (::if_nametoindex("lo") != 0) {
    EXPECT_NE(message.find("lo"), std::string::npos) << message;
  }
  // libpcap also lists what is no network interface.
  for (const char* other : {"\\bany\\b", "\\bnflog\\b", "\\bnfqueue\\b"}) {
    EXPECT_FALSE(std::regex_search(message, std::regex(other))) << message;
  }
}

TEST(LiveInterface, WithAFilterThatMakesNoSenseSaysWhy) {
  if (!may_listen() || ::if_nametoindex("lo") == 0) {
    GTEST_SKIP() << "that takes the capability CAP_NET_RAW and a loopback";
  }
  InterfaceOptions options;
  options.filter = "host of the party";
  const auto source = LiveInterface::open("lo", options);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(source.error().message.starts_with(
      "cannot filter by 'host of the party': "))
      << source.error().message;
}

TEST(LiveInterface, ThatMayNotBeListenedToNamesTheRight) {
  // Rights are a thread's own: this one gives up its.
  std::thread([] {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2] = {};
    ASSERT_EQ(::syscall(SYS_capset, &header, none), 0);
    const auto source = LiveInterface::open("lo", {});
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().message,
              "may not listen on lo: that takes the capability CAP_NET_RAW; "
              "run it as root, with sudo");
  }).join();
}

}  // namespace
}  // namespace flowtell
