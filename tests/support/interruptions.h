// SPDX-License-Identifier: Apache-2.0
//
// Interrupts system calls with signals, to test that they are resumed.
#pragma once

#include <sys/time.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace flowtell {

// Sends SIGALRM to the process every two milliseconds.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction each {};
    each.sa_handler = [](int) { count_ = count_ + 1; };  // without SA_RESTART
    ::sigaction(SIGALRM, &each, &saved_);
    count_ = 0;
    constexpr itimerval kOften{{0, 2000}, {0, 2000}};
    ::setitimer(ITIMER_REAL, &kOften, nullptr);
  }
  ~Interruptions() {
    constexpr itimerval kNever{};
    ::setitimer(ITIMER_REAL, &kNever, nullptr);
    ::sigaction(SIGALRM, &saved_, nullptr);
  }
  // Waits for `more` further signals, on a thread that blocks the signal.
  static void wait_for(int more) {
    const int target = count_ + more;
    while (count_ < target) std::this_thread::yield();
  }

 private:
  inline static std::atomic<int> count_{0};
  struct sigaction saved_ {};
};

}  // namespace flowtell
