// SPDX-License-Identifier: Apache-2.0
//
// Closes standard input during its lifetime, so that the next file opened gets
// descriptor 0.
#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace flowtell {

class ClosedInput {
 public:
  ClosedInput() : saved_(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) {
    ::close(STDIN_FILENO);
  }
  ClosedInput(const ClosedInput&) = delete;
  ClosedInput& operator=(const ClosedInput&) = delete;
  ~ClosedInput() {
    if (saved_ < 0) return;
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }

 private:
  int saved_;
};

}  // namespace flowtell
