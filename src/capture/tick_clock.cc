// SPDX-License-Identifier: Apache-2.0
#include "capture/tick_clock.h"

#include <algorithm>

namespace flowtell {
namespace {

// Whole seconds and the remaining nanoseconds.
struct SplitTime {
  std::uint64_t seconds;
  std::uint64_t nanoseconds;
};

SplitTime split_binary(std::uint64_t ticks, unsigned power) {
  if (power >= 64) return {0, 0};
  if (power == 0) return {ticks, 0};
  std::uint64_t fraction = ticks & ((std::uint64_t{1} << power) - 1);
  unsigned bits = power;
  // 2^-32 s is below a nanosecond; finer bits are dropped so that the product
  // below fits.
  if (bits > 32) {
    fraction >>= bits - 32;
    bits = 32;
  }
  return {ticks >> power, (fraction * kNanosecondsPerSecond) >> bits};
}

SplitTime split_decimal(std::uint64_t ticks, unsigned power) {
  constexpr unsigned kMaxDigits = 19;  // decimal digits of a 64-bit number
  if (power > kMaxDigits) return {0, 0};
  std::uint64_t per_second = 1;
  for (unsigned i = 0; i < power; ++i) per_second *= 10;
  std::uint64_t nanoseconds = ticks % per_second;
  for (unsigned i = power; i < 9; ++i) nanoseconds *= 10;
  for (unsigned i = 9; i < power; ++i) nanoseconds /= 10;
  return {ticks / per_second, nanoseconds};
}

}  // namespace

Timestamp TickClock::time(std::uint64_t ticks) const {
  const bool binary = (resolution_ & 0x80) != 0;
  const unsigned power = resolution_ & 0x7fu;
  const SplitTime split =
      binary ? split_binary(ticks, power) : split_decimal(ticks, power);
  constexpr std::int64_t kMaxSeconds =
      kLatestTime.time_since_epoch().count() / kNanosecondsPerSecond - 1;
  constexpr std::int64_t kMinSeconds =
      kEarliestTime.time_since_epoch().count() / kNanosecondsPerSecond;
  // Each part is clamped before the sum, so nothing can overflow.
  const auto counted = static_cast<std::int64_t>(
      std::min<std::uint64_t>(split.seconds, kMaxSeconds));
  const std::int64_t offset =
      std::clamp(offset_seconds_, -kMaxSeconds, kMaxSeconds);
  const std::int64_t seconds =
      std::clamp(counted + offset, kMinSeconds, kMaxSeconds);
  return Timestamp{Duration{seconds * kNanosecondsPerSecond +
                            static_cast<std::int64_t>(split.nanoseconds)}};
}

}  // namespace flowtell
