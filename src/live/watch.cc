// SPDX-License-Identifier: Apache-2.0
#include "live/watch.h"

#include <algorithm>

namespace flowtell {
namespace {

// The most of a capture that a kill can lose.
constexpr Duration kFlushEvery = std::chrono::seconds(1);

void shorten(std::optional<Duration>& wait, Duration to) {
  wait = std::min(to, wait.value_or(to));
}

}  // namespace

Watch::Watch(Options options, std::span<FlowSink* const> sinks)
    : options_(std::move(options)), sharded_meter_(options_.flows, sinks) {}

Result<void> Watch::take(std::span<const Frame> frames) {
  for (const Frame& frame : frames) {
    bytes_ += frame.wire_length;
    keep(frame);
    sharded_meter_.add(frame);
  }
  return {};
}

// Writes the frame to the capture. A full disk must not end the watch.
void Watch::keep(const Frame& frame) {
  if (options_.writer == nullptr) return;
  if (frame.link != options_.writer->link()) {
    check_written(
        fail(ErrorKind::kNotWritable,
             "cannot continue writing {}: the link type changed, and a "
             "capture has one link type",
             options_.writer->path()));
    return;
  }
  check_written(options_.writer->add(frame));
}

void Watch::check_written(const Result<void>& done) {
  if (done) return;
  options_.notice(done.error().message + "; the watch goes on");
  options_.writer = nullptr;
  has_lost_writer_ = true;
}

void Watch::note_silence(Duration since_last_frame) {
  sharded_meter_.note_silence(since_last_frame);
}

Result<void> Watch::reload() {
  sharded_meter_.wait_until_idle();
  return options_.reload();
}

Result<WaitRequest> Watch::poll() {
  const Duration now = monotonic_now();
  if (options_.writer != nullptr && now >= next_flush_) {
    next_flush_ = now + kFlushEvery;
    check_written(options_.writer->flush());
  }
  // Before the tick, which may miss blocks that finish during it.
  sharded_meter_.clear_progress();
  if (auto done = options_.tick(); !done) return fail(std::move(done).error());
  WaitRequest wait_request;
  wait_request.is_done = options_.is_over();
  wait_request.silence = sharded_meter_.next_end();
  wait_request.time = options_.tick_every;
  wait_request.writable = options_.writable();
  wait_request.holds_frames =
      options_.waits_for_reader && wait_request.writable >= 0;
  wait_request.progress = sharded_meter_.progress_descriptor();
  if (options_.writer != nullptr) shorten(wait_request.time, next_flush_ - now);
  return wait_request;
}

Result<void> Watch::finish() {
  Result<void> ticked;
  sharded_meter_.finish([&] {
    if (ticked) ticked = options_.tick();
  });
  if (options_.writer != nullptr) check_written(options_.writer->finish());
  return ticked ? options_.tick() : ticked;
}

}  // namespace flowtell
