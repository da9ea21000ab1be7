// SPDX-License-Identifier: Apache-2.0
//
// Plays a capture as if it came over an interface now: each frame when its time
// has come, at the recorded pace or a multiple of it. The clock that says when
// is passed in. One thread at a time.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "base/steady_clock.h"
#include "capture/live_source.h"

namespace flowtell {

class ReplaySource : public LiveSource {
 public:
  // Any clock that never falls.
  using Clock = std::function<Duration()>;

  // REQUIRES: speed > 0; 2 plays an hour in half an hour.
  ReplaySource(std::unique_ptr<FrameSource> capture, double speed, Clock clock);

  LinkType link() override;
  std::size_t read(std::span<Frame> batch) override;
  bool has_ended() const override { return has_ended_; }
  Duration silence() const override;
  Duration time_until(Duration silence) const override;
  int descriptor() const override { return -1; }

 private:
  // Whether a frame is known that has not been handed out.
  bool look_ahead();
  // Where in the capture the playing is, from its first frame.
  Duration position() const;

  std::unique_ptr<FrameSource> capture_;
  double speed_;
  Clock clock_;
  std::optional<Duration> started_;  // by the clock
  bool has_ended_ = false;
  SteadyClock steady_;
  std::optional<Timestamp> origin_;  // of the first frame
  Duration last_{};                  // the place of the last frame handed out
  std::array<Frame, 64> ahead_;
  std::array<Duration, 64> due_;  // their places
  std::size_t next_ = 0;          // of ahead_, to be handed out
  std::size_t count_ = 0;         // in ahead_
};

}  // namespace flowtell
