// SPDX-License-Identifier: Apache-2.0
//
// The metering process (in the sense of RFC 7011): turns frames into flows and
// accounts for every frame. Files and live links are metered by the same code.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>

#include "base/monotonic_times.h"
#include "base/stage_clock.h"
#include "capture/frame_source.h"
#include "decode/decoder.h"
#include "decode/ledger.h"
#include "flow/flow_table.h"

namespace flowtell {

// Counts of a meter. += sums them over captures.
struct MeterReport {
  std::uint64_t frames = 0;  // read; always the ledger's sum
  Ledger ledger;
  std::uint64_t flows = 0;
  std::uint64_t late_frames = 0;  // assigned the time of the previous frame
  std::uint64_t clock_steps = 0;  // times the recorder's clock stepped back
  std::uint64_t bursts_ended_early = 0;
  std::set<LinkType> links;
  std::optional<Timestamp> first;  // of all frames
  std::optional<Timestamp> last;

  MeterReport& operator+=(const MeterReport& other);
};

class FlowMeter {
 public:
  // The sink must outlive the meter.
  FlowMeter(const FlowOptions& options, FlowSink& sink);

  void add(const Frame& frame);
  // The same result as frame by frame, but faster.
  void add(std::span<const Frame> frames);

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
  const std::optional<Timestamp>& origin() const { return report_.first; }
  // Sets the origin if the first frame of the link went to another meter.
  // REQUIRES: no frame was added yet.
  void set_origin(Timestamp origin) { report_.first = origin; }
  MeterReport report() const;
  std::size_t open_flows() const { return table_.open_flows(); }
  const FlowTable& table() const { return table_; }

 private:
  // Counts flows on their way to the real sink.
  class CountingSink : public FlowSink {
   public:
    explicit CountingSink(FlowSink& next) : next_(next) {}
    void take(const Flow& flow) override {
      ++flows;
      next_.take(flow);
    }
    void end_burst() override { next_.end_burst(); }
    void take_early(const Flow& flow) override { next_.take_early(flow); }
    std::uint64_t flows = 0;

   private:
    FlowSink& next_;
  };

  FrameOutcome decode(const Frame& frame, Packet& packet);

  StageClock* stages_ = nullptr;
  CountingSink sink_;
  MonotonicTimes times_;
  Decoder decoder_;
  FlowTable table_;
  MeterReport report_;
};

// Meters a source to its end, or until `keep_going`, called after every batch
// of frames, returns false.
void meter_all(FrameSource& source, FlowMeter& meter,
               const std::function<bool()>& keep_going = {});

}  // namespace flowtell
