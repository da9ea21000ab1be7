// SPDX-License-Identifier: Apache-2.0
//
// Records one app's traffic: writes frames from a live source to a capture,
// trimmed to what may be kept, and counts them. One round is one capture.
//
// The capture is valid at any moment, even if the program is killed.
#pragma once

#include <functional>
#include <memory>

#include "capture/pcap_writer.h"
#include "flow/flow_meter.h"
#include "live/content_cut.h"
#include "live/frame_anonymiser.h"
#include "live/live_loop.h"

namespace flowtell {

// What a round has recorded so far.
struct RecordingCount {
  std::uint64_t packets = 0;  // frames of all kinds
  std::uint64_t bytes = 0;    // of frames, on the wire
  std::uint64_t flows = 0;
  std::uint64_t left_out = 0;  // frames that cannot be anonymised
};

class Recorder : public LiveHandler {
 public:
  struct Options {
    // Cut each frame to this many bytes; empty: to headers and names.
    std::optional<std::uint32_t> snap;
    // Keep only TCP and UDP headers, with replaced addresses; `snap` is then
    // ignored.
    std::optional<AnonymiserKey> key;
    // The length of the round; empty: until a signal.
    std::optional<Duration> length;
    FlowOptions flows;
    // Called about four times a second; `notice` with the source's messages.
    std::function<void(const RecordingCount&, Duration passed)> progress;
    std::function<void(const std::string&)> notice;
    // A descriptor whose input may end the round, and whether it does: called
    // while it is readable. -1: none.
    int input = -1;
    std::function<bool()> ends = [] { return false; };
  };

  // The writer must outlive the recorder.
  Recorder(Options options, PcapWriter& writer);

  Result<void> take(std::span<const Frame> frames) override;
  void note_silence(Duration since_last_frame) override;
  Result<WaitRequest> poll() override;
  Result<void> reload() override { return {}; }
  void notice(const std::string& text) override { options_.notice(text); }

  // Writes pending data to disk. Call it last.
  Result<void> finish() { return writer_.finish(); }
  RecordingCount count() const;
  // Whether the whole length was recorded, or input ended the round.
  bool is_over() const;

 private:
  // Discards flows, which are only counted.
  class DiscardingSink : public FlowSink {
    void take(const Flow&) override {}
  };

  std::optional<Bytes> kept_of(const Frame& frame);
  Duration passed() const { return monotonic_now() - started_; }

  Options options_;
  PcapWriter& writer_;
  ContentCut cut_;
  std::optional<FrameAnonymiser> anonymiser_;
  DiscardingSink discarding_sink_;
  FlowMeter meter_;
  RecordingCount count_;
  Duration started_;
  Duration next_tick_{};   // since started_
  bool is_ended_ = false;  // by input
};

}  // namespace flowtell
