// SPDX-License-Identifier: Apache-2.0
//
// Sleeps until frames are at hand, a time has come, or a person wants
// something: signals arrive here as events, never in the middle of work.
//
// One a process, made before any thread is.
#pragma once

#include <optional>

#include "base/file.h"
#include "base/result.h"
#include "base/time.h"

namespace flowtell {

enum class LiveEvent {
  kNone,    // frames may be at hand, or the time has come
  kStop,    // SIGINT, SIGTERM
  kReload,  // SIGHUP
};

class LiveWaiter {
 public:
  // From here on these signals do nothing but become events.
  static Result<LiveWaiter> make();

  // Until the descriptor (-1: none) is readable, a signal has come, or the time
  // is up; nothing stands for no limit.
  LiveEvent wait(int descriptor, std::optional<Duration> at_most);

 private:
  explicit LiveWaiter(FileHandle signals) : signals_(std::move(signals)) {}
  LiveEvent take_signal();

  FileHandle signals_;
};

}  // namespace flowtell
