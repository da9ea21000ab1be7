// SPDX-License-Identifier: Apache-2.0
//
// The event loop of the live commands: handles frames when they arrive, reports
// silences, and sleeps in between.
#pragma once

#include <optional>
#include <span>

#include "base/result.h"
#include "capture/live_source.h"
#include "live/live_waiter.h"

namespace flowtell {

// What a handler waits for besides frames. The loop may wake it earlier.
struct WaitRequest {
  bool is_done = false;             // the handler is finished
  std::optional<Duration> silence;  // a silence longer than this
  std::optional<Duration> time;     // this much time
  int writable = -1;                // this descriptor to become writable
  int progress = -1;                // this descriptor to become readable
  bool holds_frames = false;        // no frame is read until then
};

class LiveHandler {
 public:
  virtual ~LiveHandler() = default;

  // Frames in the order of their capture; valid during the call.
  virtual Result<void> take(std::span<const Frame> frames) = 0;

  // No frame is pending, and none will arrive for the time of this silence.
  virtual void note_silence(Duration since_last_frame) = 0;

  // Called after each of these, for work that depends on the clock.
  virtual Result<WaitRequest> poll() = 0;

  // Reads the configuration again (SIGHUP).
  virtual Result<void> reload() = 0;

  // A message from the source for the user.
  virtual void notice(const std::string& text) = 0;
};

// Why a run ended.
enum class LiveEnd {
  kFinished,  // the source ended, or the handler was done
  kStopped,   // by a signal
};

// Runs until the source ends, the handler is done or a stop signal arrives, or
// fails with the handler's error. After a stop signal, pending frames are still
// handled, unless the handler holds frames.
Result<LiveEnd> run_live(LiveSource& source, LiveWaiter& waiter,
                         LiveHandler& handler);

}  // namespace flowtell
