// SPDX-License-Identifier: Apache-2.0
//
// Converts the time stamps of a capture file to Timestamps.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace flowtell {

// A file's clock: ticks per second, and an offset in seconds added to each
// time; if_tsresol and if_tsoffset of pcapng (draft-ietf-opsawg-pcapng, 4.2).
class TickClock {
 public:
  static constexpr std::uint8_t kMicroseconds = 6;

  // `resolution` as if_tsresol: 10^-n seconds, or 2^-n with the top bit set.
  explicit TickClock(std::uint8_t resolution = kMicroseconds,
                     std::int64_t offset_seconds = 0)
      : resolution_(resolution), offset_seconds_(offset_seconds) {}

  // The time of a tick count, clamped to kEarliestTime to kLatestTime.
  Timestamp time(std::uint64_t ticks) const;

 private:
  std::uint8_t resolution_;
  std::int64_t offset_seconds_;
};

}  // namespace flowtell
