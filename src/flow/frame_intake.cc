// SPDX-License-Identifier: Apache-2.0
#include "flow/frame_intake.h"

#include <algorithm>

namespace flowtell {

MeterReport& MeterReport::operator+=(const MeterReport& other) {
  frames += other.frames;
  ledger += other.ledger;
  flows += other.flows;
  late_frames += other.late_frames;
  clock_steps += other.clock_steps;
  clocks.differing += other.clocks.differing;
  clocks.apart = std::max(clocks.apart, other.clocks.apart);
  clocks.steps += other.clocks.steps;
  clocks.reordered += other.clocks.reordered;
  clocks.timeless += other.clocks.timeless;
  clocks.are_nanoseconds |= other.clocks.are_nanoseconds;
  bursts_ended_early += other.bursts_ended_early;
  tcp_flows += other.tcp_flows;
  one_way_flows += other.one_way_flows;
  owned_flows += other.owned_flows;
  disputed_flows += other.disputed_flows;
  disputed_packets += other.disputed_packets;
  links.insert(other.links.begin(), other.links.end());
  if (other.first) first = std::min(first.value_or(*other.first), *other.first);
  if (other.last) last = std::max(last.value_or(*other.last), *other.last);
  return *this;
}

bool FrameIntake::take(const Frame& frame, Packet& packet) {
  Frame corrected = frame;
  corrected.time = times_.correct(frame.time);
  ++report_.frames;
  if (!report_.first) report_.first = corrected.time;
  report_.last = corrected.time;
  if (report_.links.empty() || *report_.links.begin() != frame.link) {
    report_.links.insert(frame.link);
  }
  FrameOutcome outcome = decoder_.decode(corrected, packet);
  if (outcome == FrameOutcome::kUsed && copies_.is_copy(corrected, packet)) {
    outcome = FrameOutcome::kCopy;
  }
  report_.ledger.count(outcome);
  if (outcome != FrameOutcome::kUsed) return false;
  packet.owner = owners_.of(corrected, packet);
  return true;
}

MeterReport FrameIntake::report() const {
  MeterReport report = report_;
  report.late_frames = times_.late();
  report.clock_steps = times_.steps();
  return report;
}

Timestamp FrameIntake::time_after(Duration silence) const {
  const Duration room = MonotonicTimes::kLatest - *report_.last;
  return *report_.last + std::min(silence, room);
}

}  // namespace flowtell
