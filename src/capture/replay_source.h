// SPDX-License-Identifier: Apache-2.0
//
// Replays a capture as if its frames arrived over an interface now, at the
// recorded pace or a multiple of it. The clock is passed in. Used by one thread
// at a time.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "base/monotonic_times.h"
#include "capture/live_source.h"

namespace flowtell {

class ReplaySource : public LiveSource {
 public:
  // Any monotonic clock.
  using Clock = std::function<Duration()>;

  // REQUIRES: speed > 0; 2 replays an hour in half an hour.
  ReplaySource(std::unique_ptr<FrameSource> capture, double speed, Clock clock);

  LinkType link() override;
  std::size_t read(std::span<Frame> batch) override;
  bool has_ended() const override { return has_ended_; }
  Duration silence() const override;
  Duration time_until(Duration silence) const override;
  int descriptor() const override { return -1; }

 private:
  // Whether a frame is buffered that has not been returned.
  bool look_ahead();
  // Replay position in the capture, relative to its first frame.
  Duration position() const;

  std::unique_ptr<FrameSource> capture_;
  double speed_;
  Clock clock_;
  std::optional<Duration> started_;  // by clock_
  bool has_ended_ = false;
  MonotonicTimes times_;
  std::optional<Timestamp> origin_;  // time of the first frame
  Duration last_offset_{};           // of the last frame returned
  std::array<Frame, 64> ahead_;
  std::array<Duration, 64> offsets_;  // of ahead_, from the first frame
  std::size_t next_ = 0;              // index in ahead_ of the next frame
  std::size_t count_ = 0;             // frames in ahead_
};

}  // namespace flowtell
