// SPDX-License-Identifier: Apache-2.0
#include "live/recorder.h"

#include <algorithm>

namespace flowtell {
namespace {

// The progress interval, and the most that a kill can lose.
constexpr Duration kTick = std::chrono::milliseconds(250);

}  // namespace

Recorder::Recorder(Options options, PcapWriter& writer)
    : options_(std::move(options)),
      writer_(writer),
      meter_(options_.flows, discarding_sink_),
      started_(monotonic_now()) {
  if (options_.key) anonymiser_.emplace(*options_.key);
}

// Empty if the frame is left out.
std::optional<Bytes> Recorder::kept_of(const Frame& frame) {
  if (anonymiser_) return anonymiser_->kept(frame);
  if (!options_.snap) return cut_.cut(frame);
  return frame.bytes.first(
      std::min<std::size_t>(*options_.snap, frame.bytes.size()));
}

Result<void> Recorder::take(std::span<const Frame> frames) {
  for (const Frame& frame : frames) {
    if (frame.link != writer_.link()) {
      return fail(ErrorKind::kNotWritable,
                  "cannot continue writing {}: the link type changed, and a "
                  "capture has one link type; earlier frames are kept: record "
                  "the rest",
                  writer_.path());
    }
    ++count_.packets;
    count_.bytes += frame.wire_length;
    meter_.add(frame);
    const auto bytes = kept_of(frame);
    if (!bytes) {
      ++count_.left_out;
      continue;
    }
    Frame kept = frame;
    kept.bytes = *bytes;
    if (auto done = writer_.add(kept); !done) return done;
  }
  return {};
}

void Recorder::note_silence(Duration since_last_frame) {
  meter_.note_silence(since_last_frame);
}

Result<WaitRequest> Recorder::poll() {
  const Duration now = passed();
  if (now >= next_tick_) {
    next_tick_ = now + kTick;
    options_.progress(count(), now);
    if (auto done = writer_.flush(); !done) {
      return fail(std::move(done).error());
    }
  }
  if (options_.input >= 0 && is_readable_now(options_.input)) {
    is_ended_ = options_.ends();
  }
  WaitRequest wait_request;
  wait_request.is_done = is_over();
  wait_request.progress = options_.input;
  wait_request.time = next_tick_ - now;
  if (options_.length) {
    wait_request.time = std::min(*wait_request.time, *options_.length - now);
  }
  return wait_request;
}

bool Recorder::is_over() const {
  return is_ended_ || (options_.length && passed() >= *options_.length);
}

RecordingCount Recorder::count() const {
  RecordingCount count = count_;
  count.flows = meter_.report().flows + meter_.open_flows();
  return count;
}

}  // namespace flowtell
