// SPDX-License-Identifier: Apache-2.0
//
// Runs expectations in a separate process, which may drop privileges or enter
// an empty network namespace.
#pragma once

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/file.h"

namespace flowtell {

// The test fails if an expectation in the process fails.
inline void in_child_process(const std::function<void()>& what) {
  const pid_t child = ::fork();
  if (child == 0) {
    what();
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "see the failures above";
}

// Enters a new network namespace, whose loopback is down.
inline bool enter_network_namespace() {
  return ::unshare(CLONE_NEWNET) == 0 ||
         ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
}

inline bool can_make_network_namespace() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(enter_network_namespace() ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0;
}

// For the start of a test.
#define SKIP_UNLESS_NETWORK_NAMESPACE()                   \
  if (!can_make_network_namespace()) {                    \
    GTEST_SKIP() << "this needs root or user namespaces"; \
  }

// Switches the loopback of that network on or off.
inline void switch_loopback(bool is_on) {
  const FileHandle any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = static_cast<short>(is_on ? IFF_UP : 0);
  ASSERT_EQ(::ioctl(any.get(), SIOCSIFFLAGS, &request), 0);
}

}  // namespace flowtell
