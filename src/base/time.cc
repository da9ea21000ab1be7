// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <fmt/format.h>

namespace flowtell {

std::string seconds_text(Duration duration, int decimals) {
  const std::int64_t count = duration.count();
  const std::uint64_t size = count < 0 ? 0 - static_cast<std::uint64_t>(count)
                                       : static_cast<std::uint64_t>(count);
  std::string text = count < 0 ? "-" : "";
  const auto append = [&](std::uint64_t number, std::size_t from) {
    const fmt::format_int digits(number);
    text.append(digits.data() + from, digits.size() - from);
  };
  append(size / kNanosecondsPerSecond, 0);
  if (decimals == 0) return text;
  // A leading digit, which is not printed, preserves the zeros after it.
  std::uint64_t fraction = size % kNanosecondsPerSecond + kNanosecondsPerSecond;
  for (int digit = 9; digit > decimals; --digit) fraction /= 10;
  text += '.';
  append(fraction, 1);
  return text;
}

Duration monotonic_now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

Timestamp system_now() { return std::chrono::system_clock::now(); }

std::string utc_text(Timestamp time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(time - day)};
  return fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string precise_utc_text(Timestamp time) {
  std::string text = utc_text(time);
  text.back() = '.';
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  // A leading digit, which is not kept, preserves the zeros after it.
  const fmt::format_int fraction((time - second).count() +
                                 kNanosecondsPerSecond);
  text.append(fraction.data() + 1, fraction.size() - 1);
  return text += 'Z';
}

}  // namespace flowtell
