// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <fmt/format.h>

namespace flowtell {
namespace {

// Appends the digits of `number`, which has fewer than `limit`, a power of ten.
void append_padded(std::int64_t number, std::int64_t limit, std::string& text) {
  // A leading digit, which is not kept, preserves the zeros after it.
  const fmt::format_int digits(number + limit);
  text.append(digits.data() + 1, digits.size() - 1);
}

}  // namespace

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
  std::string text;
  text.reserve(sizeof "2019-04-03T17:21:09.123456789Z");
  append_padded(static_cast<int>(date.year()), 10'000, text);
  text += '-';
  append_padded(static_cast<unsigned>(date.month()), 100, text);
  text += '-';
  append_padded(static_cast<unsigned>(date.day()), 100, text);
  text += 'T';
  append_padded(clock.hours().count(), 100, text);
  text += ':';
  append_padded(clock.minutes().count(), 100, text);
  text += ':';
  append_padded(clock.seconds().count(), 100, text);
  return text += 'Z';
}

std::string precise_utc_text(Timestamp time) {
  std::string text = utc_text(time);
  text.back() = '.';
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  append_padded((time - second).count(), kNanosecondsPerSecond, text);
  return text += 'Z';
}

}  // namespace flowtell
