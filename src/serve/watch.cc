// SPDX-License-Identifier: Apache-2.0
#include "serve/watch.h"

#include <algorithm>

namespace flowtell {
namespace {

// The most that a kill can lose of a capture.
constexpr Duration kFlushEvery = std::chrono::seconds(1);

// How soon is looked for what threads of the crew found.
constexpr Duration kCrewEvery = std::chrono::milliseconds(5);

void shorten(std::optional<Duration>& wish, Duration to) {
  wish = std::min(to, wish.value_or(to));
}

}  // namespace

Watch::Watch(Options options, std::span<FlowSink* const> sinks)
    : options_(std::move(options)), crew_(options_.flows, sinks) {}

Result<void> Watch::take(std::span<const Frame> frames) {
  for (const Frame& frame : frames) {
    bytes_ += frame.wire_length;
    keep(frame);
    crew_.add(frame);
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
  crew_.fall_silent(since_last_frame);
}

Result<void> Watch::reload() {
  crew_.rest();
  return options_.reload();
}

Result<LiveWishes> Watch::tend() {
  const Duration now = monotonic_now();
  if (options_.writer != nullptr && now >= next_flush_) {
    next_flush_ = now + kFlushEvery;
    check_written(options_.writer->flush());
  }
  const bool is_busy = crew_.is_busy();  // before the tick, which may miss it
  if (auto done = options_.tick(); !done) return fail(std::move(done).error());
  LiveWishes wishes;
  wishes.silence = crew_.next_end();
  wishes.time = options_.tick_every;
  wishes.writable = options_.writable();
  wishes.holds_frames = options_.waits_for_reader && wishes.writable >= 0;
  if (is_busy) shorten(wishes.time, kCrewEvery);
  if (options_.writer != nullptr) shorten(wishes.time, next_flush_ - now);
  return wishes;
}

Result<void> Watch::finish() {
  Result<void> ticked;
  crew_.finish([&] {
    if (ticked) ticked = options_.tick();
  });
  if (options_.writer != nullptr) check_written(options_.writer->finish());
  return ticked ? options_.tick() : ticked;
}

}  // namespace flowtell
