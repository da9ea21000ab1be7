// SPDX-License-Identifier: Apache-2.0
//
// The metering process (in the sense of RFC 7011): turns frames into flows and
// accounts for every frame (flow/frame_intake.h). ShardedMeter does the same
// for a live link, with several flow tables.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "base/stage_clock.h"
#include "flow/flow_table.h"
#include "flow/frame_intake.h"

namespace flowtell {

class FlowMeter {
 public:
  // The sink must outlive the meter.
  FlowMeter(const FlowOptions& options, FlowSink& sink);

  // Returns the slot of the frame's flow (Flow::slot); nullopt if the frame is
  // no packet of a flow.
  std::optional<std::uint32_t> add(const Frame& frame);
  // The same result as frame by frame, but faster.
  void add(std::span<const Frame> frames);

  // What the source found out about its times, for the report.
  void set_clocks(const ClockReport& clocks) { clocks_ = clocks; }

  // Measures the time per stage with this clock, which must outlive the meter.
  void set_stage_clock(StageClock* clock) { stages_ = clock; }
  StageClock* stages() const { return stages_; }

  // Ends the bursts whose gap is exceeded by a silence since the last frame.
  // REQUIRES: no frame from within the silence follows.
  void note_silence(Duration since_last_frame);
  // The silence since the last frame after which the first open burst ends;
  // nullopt if none is open.
  std::optional<Duration> next_end() const;

  // Ends all bursts. REQUIRES: no more frames follow.
  void finish() { table_.finish(); }

  // The time of the first frame of any kind; times of flows are relative to it.
  const std::optional<Timestamp>& origin() const { return intake_.first(); }
  MeterReport report() const;
  const FrameIntake& intake() const { return intake_; }
  std::size_t open_flows() const { return table_.open_flows(); }
  const FlowTable& table() const { return table_; }

 private:
  StageClock* stages_ = nullptr;
  ClockReport clocks_;
  FrameIntake intake_;
  FlowTable table_;
};

// Meters a source to its end, or until `keep_going`, called after every batch
// of frames, returns false.
void meter_all(FrameSource& source, FlowMeter& meter,
               const std::function<bool()>& keep_going = {});

}  // namespace flowtell
