// SPDX-License-Identifier: Apache-2.0
//
// The metering process (in the sense of RFC 7011): frames in, flows out, every
// frame accounted for. All that reads a capture or an interface goes through
// here, so a file and a live link are judged by the same code.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>

#include "base/stage_clock.h"
#include "base/steady_clock.h"
#include "capture/frame_source.h"
#include "decode/decoder.h"
#include "decode/ledger.h"
#include "flow/flow_table.h"

namespace flowtell {

// What a meter saw. Sums over captures by +=.
struct MeterReport {
  std::uint64_t frames = 0;  // read; always the ledger's sum
  Ledger ledger;
  std::uint64_t flows = 0;
  std::uint64_t late_frames = 0;  // given the time of the frame before
  std::uint64_t clock_steps = 0;  // times the recorder's clock fell back
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
  // The same, frame by frame, but faster.
  void add(std::span<const Frame> frames);

  // Counts the stages' times on this clock, which outlives the meter.
  void time_with(StageClock* clock) { stages_ = clock; }
  StageClock* stages() const { return stages_; }

  // Time passes without frames: ends the bursts that the silence since the last
  // frame has ended. REQUIRES: no frame that belongs into it will come.
  void note_silence(Duration since_last_frame);
  // What that silence must exceed for the first open burst to end. Nothing
  // while none is open.
  std::optional<Duration> next_end() const;

  // Ends all bursts: no more frames will come.
  void finish() { table_.finish(); }

  // The time of the first frame, whatever it was: flows count from it.
  const std::optional<Timestamp>& origin() const { return report_.first; }
  // Where the first frame of a link went to another meter.
  // REQUIRES: no frame was added yet.
  void begin_at(Timestamp origin) { report_.first = origin; }
  MeterReport report() const;
  std::size_t open_flows() const { return table_.open_flows(); }
  const FlowTable& table() const { return table_; }

 private:
  // Counts what passes on its way to the real sink.
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
  SteadyClock clock_;
  Decoder decoder_;
  FlowTable table_;
  MeterReport report_;
};

// Meters a source to its end, or until `go_on`, asked after every batch of
// frames, says no.
void meter_all(FrameSource& source, FlowMeter& meter,
               const std::function<bool()>& go_on = {});

}  // namespace flowtell
