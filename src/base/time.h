// SPDX-License-Identifier: Apache-2.0
//
// Packet times: nanoseconds since 1970-01-01 UTC in 64 bits (1677 to 2262).
//
// Arithmetic on untrusted times could overflow, so readers clamp them
// (capture/). The difference of two clamped Timestamps always fits.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace flowtell {

using Duration = std::chrono::nanoseconds;
using Timestamp = std::chrono::sys_time<Duration>;

inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

// Range of capture times; others are clamped to it. It spans less than half of
// the 64-bit range, so that no difference of two can overflow.
inline constexpr Timestamp kEarliestTime{Duration{INT64_MIN / 4}};
inline constexpr Timestamp kLatestTime{Duration{INT64_MAX / 2}};

// Time of a clock that runs evenly and cannot be set; its zero is arbitrary.
Duration monotonic_now();

// Time of the system clock, which can be set. For metrics, manifests and
// journals; never for flows, verdicts or models.
Timestamp system_now();

inline double in_seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e9;
}

// A duration as seconds with a fixed number of decimals (0 to 9), truncated:
// "12.345678".
std::string seconds_text(Duration duration, int decimals);

// "2019-04-03T17:21:09Z"
std::string utc_text(Timestamp time);

// The same with nanoseconds, as RFC 3339 and ISO 8601 write it:
// "2019-04-03T17:21:09.123456789Z"
std::string precise_utc_text(Timestamp time);

}  // namespace flowtell
