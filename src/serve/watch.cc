// SPDX-License-Identifier: Apache-2.0
#include "serve/watch.h"

#include <algorithm>

namespace flowtell {
namespace {

// The most that a kill can lose of a capture.
constexpr Duration kFlushEvery = std::chrono::seconds(1);

}  // namespace

Watch::Watch(Options options, FlowSink& sink)
    : options_(std::move(options)), meter_(options_.flows, sink) {}

Result<void> Watch::take(std::span<const Frame> frames) {
  for (const Frame& frame : frames) {
    bytes_ += frame.wire_length;
    keep(frame);
    meter_.add(frame);
  }
  return {};
}

// A full disk must not end the watch.
void Watch::keep(const Frame& frame) {
  if (options_.writer == nullptr) return;
  if (frame.link != options_.writer->link()) {
    check_written(fail(ErrorKind::kOutput,
                       "cannot go on writing {}: a capture has one link type, "
                       "and now there is another",
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

void Watch::fall_silent(Duration since_last_frame) {
  meter_.fall_silent(since_last_frame);
}

Result<LiveWishes> Watch::tend() {
  const Duration now = monotonic_now();
  if (options_.writer != nullptr && now >= next_flush_) {
    next_flush_ = now + kFlushEvery;
    check_written(options_.writer->flush());
  }
  if (auto done = options_.tick(); !done) return fail(std::move(done).error());
  LiveWishes wishes;
  wishes.silence = meter_.next_end();
  wishes.time = options_.tick_every;
  if (options_.writer != nullptr) {
    const Duration left = next_flush_ - now;
    wishes.time = std::min(left, wishes.time.value_or(left));
  }
  return wishes;
}

Result<void> Watch::finish() {
  meter_.finish();
  if (options_.writer != nullptr) check_written(options_.writer->flush());
  return options_.tick();
}

}  // namespace flowtell
