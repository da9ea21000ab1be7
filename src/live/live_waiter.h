// SPDX-License-Identifier: Apache-2.0
//
// Sleeps until frames arrive, a time is reached or a signal arrives. Signals
// are delivered here as events and never interrupt work.
//
// One per process, created before any thread.
#pragma once

#include <optional>

#include "base/file.h"
#include "base/result.h"
#include "base/time.h"

namespace flowtell {

enum class LiveEvent {
  kNone,    // frames may be pending, or the time is over
  kStop,    // SIGINT, SIGTERM
  kReload,  // SIGHUP, with Hangup::kReloads
};

// The meaning of SIGHUP: a request to reload, or, for an interactive command,
// that the terminal was closed.
enum class Hangup { kReloads, kStops };

// Whether reading would not block: there is input, or its end.
bool is_readable_now(int descriptor);

class LiveWaiter {
 public:
  // From here on these signals only become events.
  static Result<LiveWaiter> make(Hangup hangup = Hangup::kReloads);

  // Waits until `descriptor` or `progress` is readable, `writable` is writable
  // (-1: none), a signal arrives, or `max_wait` is over (empty: no limit).
  LiveEvent wait(int descriptor, std::optional<Duration> max_wait,
                 int writable = -1, int progress = -1);

 private:
  LiveWaiter(FileHandle signals, Hangup hangup)
      : signals_(std::move(signals)), hangup_(hangup) {}
  LiveEvent take_signal();

  FileHandle signals_;
  Hangup hangup_;
};

}  // namespace flowtell
