// SPDX-License-Identifier: Apache-2.0
//
// The live watch: meters the frames of a source into flow sinks, and optionally
// writes them to a capture. Unlike in a file, bursts end by silence as well as
// by packets. With several sinks, several meters share the work
// (sharded_meter.h).
//
// Memory is bounded, so it can run for months.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "capture/pcap_writer.h"
#include "live/live_loop.h"
#include "live/sharded_meter.h"

namespace flowtell {

class Watch : public LiveHandler {
 public:
  struct Options {
    FlowOptions flows;
    // Writes every frame here, if given; outlives the watch.
    PcapWriter* writer = nullptr;
    // The longest time between two calls of `tick`; empty: no limit.
    std::optional<Duration> tick_every;
    // Called after anything that may end flows, and every `tick_every`. An
    // error ends the watch.
    std::function<Result<void>()> tick;
    // A descriptor that triggers a tick when it is writable; -1 for none.
    std::function<int()> writable = [] { return -1; };
    // Ends the watch when it returns true; asked after each tick.
    std::function<bool()> is_over = [] { return false; };
    // Reads no frames while there is such a descriptor.
    bool waits_for_reader = false;
    // No sink is called during a reload.
    std::function<Result<void>()> reload;
    std::function<void(const std::string&)> notice;
  };

  // The sinks, one per thread, outlive the watch. `tick` runs in the calling
  // thread.
  Watch(Options options, std::span<FlowSink* const> sinks);
  Watch(Options options, FlowSink& sink)
      : Watch(std::move(options), std::array{&sink}) {}

  Result<void> take(std::span<const Frame> frames) override;
  void note_silence(Duration since_last_frame) override;
  Result<WaitRequest> poll() override;
  Result<void> reload() override;
  void notice(const std::string& text) override { options_.notice(text); }

  // Ends all bursts and writes pending data. Call it last.
  Result<void> finish();

  const ShardedMeter& sharded_meter() const { return sharded_meter_; }
  std::uint64_t bytes() const { return bytes_; }  // on the wire, of all frames
  // Whether the capture could not be written and was dropped.
  bool has_lost_writer() const { return has_lost_writer_; }

 private:
  void keep(const Frame& frame);
  void check_written(const Result<void>& done);

  Options options_;
  ShardedMeter sharded_meter_;
  std::uint64_t bytes_ = 0;
  bool has_lost_writer_ = false;
  Duration next_flush_{};  // of the writer, by monotonic_now
};

}  // namespace flowtell
