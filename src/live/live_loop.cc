// SPDX-License-Identifier: Apache-2.0
#include "live/live_loop.h"

#include <algorithm>
#include <array>

namespace flowtell {
namespace {

std::optional<Duration> wait_limit(const LiveSource& source,
                                   const WaitRequest& wait_request) {
  std::optional<Duration> result = wait_request.time;
  // A source without a descriptor must be read again at its own time.
  if (wait_request.silence || source.descriptor() < 0) {
    const Duration until =
        source.time_until(wait_request.silence.value_or(Duration::max() / 4));
    result = std::min(until, result.value_or(until));
  }
  return result;
}

using Batch = std::array<Frame, 64>;

// The most full batches between two checks for signals: a system call for every
// batch would be too slow on a fast link.
constexpr int kMaxFullBatches = 16;

// The most batches read after a stop, so that a busy link does not delay it.
constexpr int kMaxLastBatches = 10'000;

Result<void> take_pending(LiveSource& source, Batch& batch,
                          LiveHandler& handler) {
  for (int i = 0; i < kMaxLastBatches; ++i) {
    const std::size_t count = source.read(batch);
    if (count == 0) break;
    auto done = handler.take(std::span(batch).first(count));
    if (!done) return done;
  }
  return {};
}

// Waits until frames may be read again. Returns true on a stop signal.
Result<bool> wait_for_handler(LiveWaiter& waiter, LiveHandler& handler,
                              WaitRequest& wait_request) {
  while (wait_request.holds_frames) {
    Result<void> done;
    switch (waiter.wait(-1, wait_request.time, wait_request.writable,
                        wait_request.progress)) {
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
      return LiveEnd::kFinished;
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
    if (wait_request->is_done) return LiveEnd::kFinished;

    full_batches = count == batch.size() ? full_batches + 1 : kMaxFullBatches;
    if (full_batches < kMaxFullBatches) continue;
    full_batches = 0;
    const auto limit =
        count > 0 ? Duration{} : wait_limit(source, *wait_request);
    switch (waiter.wait(source.descriptor(), limit, wait_request->writable,
                        wait_request->progress)) {
      case LiveEvent::kStop:
        done = take_pending(source, batch, handler);
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
