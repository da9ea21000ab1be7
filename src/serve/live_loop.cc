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

using Batch = std::array<Frame, 64>;

// After so many full batches at the latest it is asked whether a person wants
// something: a system call for each would be felt on a fast link.
constexpr int kFullBatches = 16;

// So many batches more are read when it is over: a link that never falls silent
// must not keep anybody.
constexpr int kLastBatches = 10'000;

Result<void> take_what_is_at_hand(LiveSource& source, Batch& batch,
                                  LiveHandler& handler) {
  for (int i = 0; i < kLastBatches; ++i) {
    const std::size_t count = source.read(batch);
    if (count == 0) break;
    auto done = handler.take(std::span(batch).first(count));
    if (!done) return done;
  }
  return {};
}

// Until frames are wanted again, or a person wants an end: then true.
Result<bool> wait_for_handler(LiveWaiter& waiter, LiveHandler& handler,
                              LiveWishes& wishes) {
  while (wishes.holds_frames) {
    Result<void> done;
    switch (waiter.wait(-1, wishes.time, wishes.writable)) {
      case LiveEvent::kStop:
        return true;
      case LiveEvent::kReload:
        done = handler.reload();
        break;
      case LiveEvent::kNone:
        break;
    }
    if (!done) return fail(std::move(done).error());
    auto next = handler.tend();
    if (!next) return fail(std::move(next).error());
    wishes = *next;
  }
  return false;
}

}  // namespace

Result<LiveEnd> run_live(LiveSource& source, LiveWaiter& waiter,
                         LiveHandler& handler) {
  Batch batch;
  for (int full_batches = 0;;) {
    const Duration silence = source.silence();  // before the read: see there
    const std::size_t count = source.read(batch);
    Result<void> done;
    if (count > 0) {
      done = handler.take(std::span(batch).first(count));
    } else if (source.has_ended()) {
      return LiveEnd::kOver;
    } else {
      handler.fall_silent(silence);
    }
    if (!done) return fail(std::move(done).error());
    if (const auto text = source.take_notice()) handler.notice(*text);
    auto wishes = handler.tend();
    if (!wishes) return fail(std::move(wishes).error());
    const auto is_stopped = wait_for_handler(waiter, handler, *wishes);
    if (!is_stopped) return fail(is_stopped.error());
    if (*is_stopped) return LiveEnd::kStopped;
    if (wishes->is_done) return LiveEnd::kOver;

    full_batches = count == batch.size() ? full_batches + 1 : kFullBatches;
    if (full_batches < kFullBatches) continue;
    full_batches = 0;
    const auto limit = count > 0 ? Duration{} : patience(source, *wishes);
    switch (waiter.wait(source.descriptor(), limit, wishes->writable)) {
      case LiveEvent::kStop:
        done = take_what_is_at_hand(source, batch, handler);
        if (!done) return fail(std::move(done).error());
        return LiveEnd::kStopped;
      case LiveEvent::kReload:
        done = handler.reload();
        if (!done) return fail(std::move(done).error());
        break;
      case LiveEvent::kNone:
        break;
    }
  }
}

}  // namespace flowtell
