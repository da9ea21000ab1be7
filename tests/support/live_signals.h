// SPDX-License-Identifier: Apache-2.0
//
// Lets a test create a LiveWaiter and restores the signal mask afterwards.
#pragma once

#include <csignal>
#include <ctime>

namespace flowtell {

class LiveSignals {
 public:
  LiveSignals() { ::sigprocmask(SIG_BLOCK, nullptr, &saved_); }
  LiveSignals(const LiveSignals&) = delete;
  LiveSignals& operator=(const LiveSignals&) = delete;
  ~LiveSignals() {
    // Discard pending signals, so that they are not delivered later.
    sigset_t pending;
    ::sigemptyset(&pending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      ::sigaddset(&pending, signal);
    }
    constexpr timespec kNow{};
    while (::sigtimedwait(&pending, nullptr, &kNow) > 0) {
    }
    ::sigprocmask(SIG_SETMASK, &saved_, nullptr);
  }

 private:
  sigset_t saved_{};
};

}  // namespace flowtell
