// SPDX-License-Identifier: Apache-2.0
//
// While it lives, standard input is closed, so that the next file that is
// opened gets the number 0.
#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace flowtell {

class ClosedInput {
 public:
  ClosedInput() : before_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) {
    ::close(STDIN_FILENO);
  }
  ClosedInput(const ClosedInput&) = delete;
  ClosedInput& operator=(const ClosedInput&) = delete;
  ~ClosedInput() {
    if (before_ < 0) return;
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

}  // namespace flowtell
