// SPDX-License-Identifier: Apache-2.0
#include "serve/live_loop.h"

#include <algorithm>
#include <array>

namespace flowtell {
namespace {

std::optional<Duration> patience(const LiveSource& source,
                                 const LiveWishes& wishes) {
  std::optional<Duration> patience = wishes.time;
  // Where nothing but time brings frames, their time is what is waited for.
  if (wishes.silence || source.descriptor() < 0) {
    const Duration until =
        source.time_until(wishes.silence.value_or(Duration::max() / 4));
    patience = std::min(until, patience.value_or(until));
  }
  return patience;
}

}  // namespace

Result<void> run_live(LiveSource& source, LiveWaiter& waiter,
                      LiveHandler& handler) {
  std::array<Frame, 64> batch;
  for (;;) {
    const Duration silence = source.silence();  // before the read: see there
    const std::size_t count = source.read(batch);
    if (count > 0) {
      auto done = handler.take(std::span(batch).first(count));
      if (!done) return done;
    } else if (source.has_ended()) {
      return {};
    } else {
      handler.fall_silent(silence);
    }
    if (const auto text = source.take_notice()) handler.notice(*text);
    auto wishes = handler.tend();
    if (!wishes) return fail(std::move(wishes).error());
    if (wishes->is_done) return {};

    const auto limit = count > 0 ? Duration{} : patience(source, *wishes);
    switch (waiter.wait(source.descriptor(), limit)) {
      case LiveEvent::kStop:
        return {};
      case LiveEvent::kReload:
        if (auto done = handler.reload(); !done) return done;
        break;
      case LiveEvent::kNone:
        break;
    }
  }
}

}  // namespace flowtell
