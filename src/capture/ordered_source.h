// SPDX-License-Identifier: Apache-2.0
//
// Returns the frames of a capture file in the order of their times. The readers
// return them as they were written: interfaces with clocks of their own, queues
// written in turns, clocks that were set back, frames without a time.
//
// - Each interface is timed by its own clock: its gaps stay what they are. Two
//   clocks that never come closer than kSameClock while frames of both are
//   written differ by that much; the one that shows the latest time counts.
// - Frames late by up to kWindow are put in order. Later ones, or one run of
//   frames late by over a second, show that the clock was set back; its later
//   times are moved, so that gaps stay the same.
// - A frame without a time gets that of the frame before; the first frames,
//   that of the first frame with a time.
//
// A file with one interface and rising times is passed through: only its start
// is held back. Otherwise frames are held until their interface has shown
// twice kWindow, or kMaxFrames or kMaxBytes are held. The result depends on the
// file alone.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "capture/frame_source.h"

namespace flowtell {

class OrderedSource : public FrameSource {
 public:
  static constexpr Duration kWindow = std::chrono::seconds(5);
  static constexpr Duration kSameClock = std::chrono::milliseconds(500);
  static constexpr Duration kMaxLateness = std::chrono::seconds(1);
  static constexpr std::size_t kMaxFrames = 32'768;
  static constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
  // Of the start of a file in which nothing is out of order so far.
  static constexpr std::size_t kMaxStartFrames = 2'048;
  static constexpr std::size_t kMaxStartBytes = std::size_t{1} << 20;

  explicit OrderedSource(std::unique_ptr<FrameSource> file);

  std::size_t read(std::span<Frame> batch) override;

 private:
  struct Clock {
    bool is_known = false;  // `offset` is decided
    bool is_disordered = false;
    Duration offset{};
    Timestamp latest = kEarliestTime;  // by the common clock
    // Of the frames held, by its own clock.
    Timestamp first_held = kNoTime;
    Timestamp latest_held = kNoTime;
  };
  struct Held {
    Frame frame;  // its bytes are at `at` in store_
    std::size_t at;
    Timestamp time = kNoTime;  // by the common clock; kNoTime: not decided
  };

  Clock& clock_of(const Frame& frame);
  std::size_t pass(std::span<Frame> batch);
  bool has_next();
  void hold(const Frame& frame);
  void fill();
  bool holds_enough() const;
  void resolve();
  void find_first_time();
  void find_clocks();
  void find_clock(std::size_t interface, std::size_t reference);
  std::size_t backward_jumps(std::size_t interface, std::size_t from) const;
  void place(std::size_t index);
  void release();
  void drop_released();

  std::unique_ptr<FrameSource> file_;
  std::array<Frame, 64> room_{};
  std::span<Frame> from_file_;  // the latest frames read, in room_
  std::size_t next_ = 0;        // in from_file_
  std::vector<Clock> clocks_by_interface_;
  bool is_passing_ = false;
  bool has_ended_ = false;
  bool is_disordered_ = false;  // several interfaces, or frames out of order
  Timestamp last_ = kNoTime;    // of the frame returned last
  std::vector<Held> held_;      // released ones first, in the order of return
  std::vector<std::uint8_t> store_;
  std::size_t released_ = 0;
  std::size_t returned_ = 0;
  bool is_full_ = false;
};

}  // namespace flowtell
