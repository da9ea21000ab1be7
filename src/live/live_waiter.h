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
  kReload,  // SIGHUP, where it reloads
};

// What SIGHUP stands for: a person's wish, or, for what a person attends, that
// the terminal is gone.
enum class Hangup { kReloads, kStops };

class LiveWaiter {
 public:
  // From here on these signals do nothing but become events.
  static Result<LiveWaiter> make(Hangup hangup = Hangup::kReloads);

  // Until the descriptor (-1: none) is readable, the other writable, a signal
  // has come, or the time is up; nothing stands for no limit.
  LiveEvent wait(int descriptor, std::optional<Duration> at_most,
                 int writable = -1);

 private:
  LiveWaiter(FileHandle signals, Hangup hangup)
      : signals_(std::move(signals)), hangup_(hangup) {}
  LiveEvent take_signal();

  FileHandle signals_;
  Hangup hangup_;
};

}  // namespace flowtell
