// SPDX-License-Identifier: Apache-2.0
//
// Lets a test make a LiveWaiter, and afterwards takes signals as before.
#pragma once

#include <csignal>
#include <ctime>

namespace flowtell {

class LiveSignals {
 public:
  LiveSignals() { ::sigprocmask(SIG_BLOCK, nullptr, &before_); }
  LiveSignals(const LiveSignals&) = delete;
  LiveSignals& operator=(const LiveSignals&) = delete;
  ~LiveSignals() {
    // What was raised and not taken must not come after all.
    sigset_t waiting;
    ::sigemptyset(&waiting);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      ::sigaddset(&waiting, signal);
    }
    constexpr timespec kNow{};
    while (::sigtimedwait(&waiting, nullptr, &kNow) > 0) {
    }
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_{};
};

}  // namespace flowtell
