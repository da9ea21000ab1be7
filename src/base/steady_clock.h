// SPDX-License-Identifier: Apache-2.0
//
// Time that never falls, made of packet times that sometimes do.
//
// A packet that is late by at most a second (captures of several interfaces,
// or of several cores) gets the time of the latest before it. One that is later
// than that says the recorder's clock was set back (or that captures were laid
// end to end): from then on every time is moved by that step, so that the gaps
// between packets stay as they were. Both are counted. So no gap is ever
// negative, and one bad time cannot hold up a capture.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace flowtell {

class SteadyClock {
 public:
  // The outcome may lie later than any time a capture tells, but no difference
  // of two overflows.
  static constexpr Timestamp kLatestOutcome = kEarliestTime + Duration::max();

  // REQUIRES: kEarliestTime <= time <= kLatestTime.
  Timestamp steady(Timestamp time) {
    const Timestamp moved = std::min(time + offset_, kLatestOutcome);
    if (moved >= latest_) return latest_ = moved;
    const Duration behind = latest_ - moved;
    if (behind <= kLateAtMost) {
      ++late_;
    } else {
      ++steps_;
      offset_ = std::min(offset_ + behind, kFurthestOffset);
    }
    return latest_;
  }

  std::uint64_t late() const { return late_; }
  std::uint64_t steps() const { return steps_; }

 private:
  static constexpr Duration kLateAtMost = std::chrono::seconds(1);
  // So that time + offset_ cannot overflow, whatever comes.
  static constexpr Duration kFurthestOffset = kLatestTime.time_since_epoch();

  Timestamp latest_ = kEarliestTime;
  Duration offset_{};
  std::uint64_t late_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace flowtell
