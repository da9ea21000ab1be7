// SPDX-License-Identifier: Apache-2.0
//
// Records what one app does: frames from a live source into a capture, cut down
// to what may be kept, and counted on the way. One round is one capture.
//
// The capture is valid at any moment, whatever ends the program.
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
  std::uint64_t packets = 0;  // frames, whatever is in them
  std::uint64_t bytes = 0;    // of them on the wire
  std::uint64_t flows = 0;
  std::uint64_t left_out = 0;  // frames that could not be made anonymous
};

class Recorder : public LiveHandler {
 public:
  struct Options {
    // Cut each frame to so many bytes, or to headers and names.
    std::optional<std::uint32_t> snap;
    // Keeps headers alone, with stand-ins for addresses, of TCP and UDP alone;
    // `snap` then counts for nothing.
    std::optional<AnonymiserKey> key;
    // The length of the round; nothing: until a person ends it.
    std::optional<Duration> length;
    FlowOptions flows;
    // Told about four times a second, and whatever the source has to say.
    std::function<void(const RecordingCount&, Duration passed)> progress;
    std::function<void(const std::string&)> notice;
  };

  // The writer must outlive the recorder.
  Recorder(Options options, PcapWriter& writer);

  Result<void> take(std::span<const Frame> frames) override;
  void note_silence(Duration since_last_frame) override;
  Result<WaitRequest> poll() override;
  Result<void> reload() override { return {}; }
  void notice(const std::string& text) override { options_.notice(text); }

  // Writes what still waits, onto the disk. To be called last.
  Result<void> finish() { return writer_.finish(); }
  RecordingCount count() const;
  // The whole length was recorded, rather than ended by a person.
  bool is_over() const;

 private:
  // Flows are only counted.
  class NoSink : public FlowSink {
    void take(const Flow&) override {}
  };

  std::optional<Bytes> kept_of(const Frame& frame);
  Duration passed() const { return monotonic_now() - started_; }

  Options options_;
  PcapWriter& writer_;
  ContentCut cut_;
  std::optional<FrameAnonymiser> anonymiser_;
  NoSink no_sink_;
  FlowMeter meter_;
  RecordingCount count_;
  Duration started_;
  Duration next_tick_{};  // since started_
};

}  // namespace flowtell
