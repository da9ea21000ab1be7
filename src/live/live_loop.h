// SPDX-License-Identifier: Apache-2.0
//
// The one loop of everything that runs live: frames are handled when they come,
// silence when it lasts, and between them the process sleeps.
#pragma once

#include <optional>
#include <span>

#include "base/result.h"
#include "capture/live_source.h"
#include "live/live_waiter.h"

namespace flowtell {

// What a handler waits for besides frames. It may be woken earlier.
struct WaitRequest {
  bool is_done = false;             // nothing: it wants to end
  std::optional<Duration> silence;  // one that lasts longer than this
  std::optional<Duration> time;     // that so much time passes
  int writable = -1;                // that this descriptor can be written to
  bool holds_frames = false;        // until then no frame is read
};

class LiveHandler {
 public:
  virtual ~LiveHandler() = default;

  // Frames in the order of their capture; valid during the call.
  virtual Result<void> take(std::span<const Frame> frames) = 0;

  // No frame is at hand, and none that belongs into this silence will come.
  virtual void note_silence(Duration since_last_frame) = 0;

  // Called between all these: the place for what is due by the clock.
  virtual Result<WaitRequest> poll() = 0;

  // The person in charge asks to read the configuration again (SIGHUP).
  virtual Result<void> reload() = 0;

  // What the source lets a person know.
  virtual void notice(const std::string& text) = 0;
};

// Why a run ended.
enum class LiveEnd {
  kOver,     // the source ended, or the handler was done
  kStopped,  // a person wanted it
};

// Runs until one of these; fails with the handler. Frames that were at hand
// when a person stopped it are still handled.
Result<LiveEnd> run_live(LiveSource& source, LiveWaiter& waiter,
                         LiveHandler& handler);

}  // namespace flowtell
