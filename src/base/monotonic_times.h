// SPDX-License-Identifier: Apache-2.0
//
// Turns packet times, which sometimes go backwards, into times that never do.
//
// A packet late by at most a second (as happens when several interfaces or
// cores are captured) gets the latest time so far. A packet late by more means
// that the recorder's clock was set back, or that captures were concatenated:
// all following times are shifted by that step, so that the gaps between
// packets stay the same. Both cases are counted. So no gap is negative, and one
// time far in the future does not hold back all later packets.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace flowtell {

class MonotonicTimes {
 public:
  // Results may be later than any time in a capture, but their differences
  // never overflow.
  static constexpr Timestamp kLatest = kEarliestTime + Duration::max();

  // REQUIRES: kEarliestTime <= time <= kLatestTime.
  Timestamp correct(Timestamp time) {
    const Timestamp moved = std::min(time + offset_, kLatest);
    if (moved >= latest_) return latest_ = moved;
    const Duration behind = latest_ - moved;
    if (behind <= kMaxLateness) {
      ++late_;
    } else {
      ++steps_;
      offset_ = std::min(offset_ + behind, kMaxOffset);
    }
    return latest_;
  }

  std::uint64_t late() const { return late_; }
  std::uint64_t steps() const { return steps_; }

 private:
  static constexpr Duration kMaxLateness = std::chrono::seconds(1);
  // Keeps time + offset_ from overflowing for any input.
  static constexpr Duration kMaxOffset = kLatestTime.time_since_epoch();

  Timestamp latest_ = kEarliestTime;
  Duration offset_{};
  std::uint64_t late_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace flowtell
