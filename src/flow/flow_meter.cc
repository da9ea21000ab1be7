// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_meter.h"

#include <algorithm>
#include <array>

namespace flowtell {
namespace {

constexpr std::size_t kBatch = 64;  // frames

}  // namespace

FlowMeter::FlowMeter(const FlowOptions& options, FlowSink& sink)
    : intake_(options.tunnels), table_(options, sink, &intake_.owners()) {}

std::optional<std::uint32_t> FlowMeter::add(const Frame& frame) {
  Packet packet;
  if (!intake_.take(frame, packet)) return std::nullopt;
  return table_.add(packet);
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
        if (intake_.take(frame, packets[used])) ++used;
      }
    }
    const StageScope in(stages_, Stage::kFlow);
    for (std::size_t i = 0; i < used; ++i) table_.add(packets[i]);
  }
}

void FlowMeter::note_silence(Duration since_last_frame) {
  if (intake_.last()) table_.advance(intake_.time_after(since_last_frame));
}

std::optional<Duration> FlowMeter::next_end() const {
  const auto end = table_.next_end();
  if (!end) return std::nullopt;
  return *end - *intake_.last();
}

MeterReport FlowMeter::report() const {
  MeterReport report = intake_.report();
  report.clocks = clocks_;
  report.clock_steps += clocks_.steps;
  report.flows = table_.flows();
  report.bursts_ended_early = table_.bursts_ended_early();
  report.tcp_flows = table_.directions().tcp_flows;
  report.one_way_flows = table_.directions().one_way_flows;
  report.owned_flows = table_.owners().flows;
  report.disputed_flows = table_.owners().disputed_flows;
  report.disputed_packets = table_.owners().disputed_packets;
  return report;
}

void meter_all(FrameSource& source, FlowMeter& meter,
               const std::function<bool()>& keep_going) {
  std::array<Frame, kBatch> batch;
  const auto read = [&] {
    const StageScope in(meter.stages(), Stage::kRead);
    const std::size_t count = source.read(batch);
    meter.set_clocks(source.clocks());
    return count;
  };
  while (const std::size_t count = read()) {
    meter.add(std::span(batch).first(count));
    if (keep_going && !keep_going()) return;
  }
  const StageScope in(meter.stages(), Stage::kFlow);
  meter.finish();
}

}  // namespace flowtell
