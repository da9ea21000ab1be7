// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_meter.h"

#include <algorithm>
#include <array>

namespace flowtell {
namespace {

constexpr std::size_t kBatch = 64;  // frames

}  // namespace

MeterReport& MeterReport::operator+=(const MeterReport& other) {
  frames += other.frames;
  ledger += other.ledger;
  flows += other.flows;
  late_frames += other.late_frames;
  clock_steps += other.clock_steps;
  bursts_ended_early += other.bursts_ended_early;
  links.insert(other.links.begin(), other.links.end());
  if (other.first) first = std::min(first.value_or(*other.first), *other.first);
  if (other.last) last = std::max(last.value_or(*other.last), *other.last);
  return *this;
}

FlowMeter::FlowMeter(const FlowOptions& options, FlowSink& sink)
    : sink_(sink), table_(options, sink_) {}

void FlowMeter::add(const Frame& frame) {
  Packet packet;
  if (decode(frame, packet) == FrameOutcome::kUsed) table_.add(packet);
}

// Decodes a whole batch before adding it to flows, so that the code and data of
// each stage stay in the cache.
void FlowMeter::add(std::span<const Frame> frames) {
  std::array<Packet, kBatch> packets;
  for (std::size_t at = 0; at < frames.size(); at += kBatch) {
    std::size_t used = 0;
    {
      const StageScope in(stages_, Stage::kDecode);
      for (const Frame& frame :
           frames.subspan(at, std::min(kBatch, frames.size() - at))) {
        if (decode(frame, packets[used]) == FrameOutcome::kUsed) ++used;
      }
    }
    const StageScope in(stages_, Stage::kFlow);
    for (std::size_t i = 0; i < used; ++i) table_.add(packets[i]);
  }
}

FrameOutcome FlowMeter::decode(const Frame& frame, Packet& packet) {
  Frame corrected = frame;
  corrected.time = times_.correct(frame.time);
  ++report_.frames;
  if (!report_.first) report_.first = corrected.time;
  report_.last = corrected.time;
  if (report_.links.empty() || *report_.links.begin() != frame.link) {
    report_.links.insert(frame.link);
  }
  const FrameOutcome outcome = decoder_.decode(corrected, packet);
  report_.ledger.count(outcome);
  return outcome;
}

void FlowMeter::note_silence(Duration since_last_frame) {
  if (!report_.last) return;
  const Duration room = MonotonicTimes::kLatest - *report_.last;
  table_.advance(*report_.last + std::min(since_last_frame, room));
}

std::optional<Duration> FlowMeter::next_end() const {
  const auto end = table_.next_end();
  if (!end) return std::nullopt;
  return *end - *report_.last;
}

MeterReport FlowMeter::report() const {
  MeterReport report = report_;
  report.flows = sink_.flows;
  report.late_frames = times_.late();
  report.clock_steps = times_.steps();
  report.bursts_ended_early = table_.bursts_ended_early();
  return report;
}

void meter_all(FrameSource& source, FlowMeter& meter,
               const std::function<bool()>& keep_going) {
  std::array<Frame, kBatch> batch;
  const auto read = [&] {
    const StageScope in(meter.stages(), Stage::kRead);
    return source.read(batch);
  };
  while (const std::size_t count = read()) {
    meter.add(std::span(batch).first(count));
    if (keep_going && !keep_going()) return;
  }
  const StageScope in(meter.stages(), Stage::kFlow);
  meter.finish();
}

}  // namespace flowtell
