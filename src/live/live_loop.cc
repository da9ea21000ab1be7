// SPDX-License-Identifier: Apache-2.0
#include "live/live_loop.h"

#include <algorithm>
#include <array>

namespace flowtell {
namespace {

std::optional<Duration> patience(const LiveSource& source,
                                 const WaitRequest& wait_request) {
  std::optional<Duration> patience = wait_request.time;
  // Where nothing but time brings frames, their time is what is waited for.
  if (wait_request.silence || source.descriptor() < 0) {
    const Duration until =
        source.time_until(wait_request.silence.value_or(Duration::max() / 4));
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
                              WaitRequest& wait_request) {
  while (wait_request.holds_frames) {
    Result<void> done;
    switch (waiter.wait(-1, wait_request.time, wait_request.writable)) {
      case LiveEvent::kStop:
        return true;
      case LiveEvent::kReload:
        done = handler.reload();
        break;
      case LiveEvent::kNone:
        break;
    }
    if (!done) return fail(std::move(done).error());
    auto next = handler.poll();
    if (!next) return fail(std::move(next).error());
    wait_request = *next;
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
      handler.note_silence(silence);
    }
    if (!done) return fail(std::move(done).error());
    if (const auto text = source.take_notice()) handler.notice(*text);
    auto wait_request = handler.poll();
    if (!wait_request) return fail(std::move(wait_request).error());
    const auto is_stopped = wait_for_handler(waiter, handler, *wait_request);
    if (!is_stopped) return fail(is_stopped.error());
    if (*is_stopped) return LiveEnd::kStopped;
    if (wait_request->is_done) return LiveEnd::kOver;

    full_batches = count == batch.size() ? full_batches + 1 : kFullBatches;
    if (full_batches < kFullBatches) continue;
    full_batches = 0;
    const auto limit = count > 0 ? Duration{} : patience(source, *wait_request);
    switch (waiter.wait(source.descriptor(), limit, wait_request->writable)) {
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
