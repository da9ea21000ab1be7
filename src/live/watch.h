// SPDX-License-Identifier: Apache-2.0
//
// The live watch: frames from a source go through the meter into a sink of
// flows, just as those of a file do, and into a capture where that is wanted.
// What makes it live is only that bursts end by silence as well as by packets.
// With several sinks, several meters share the work (sharded_meter.h).
//
// Runs for months: nothing here grows.
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
    // Keeps every frame here, if given; outlives the watch.
    PcapWriter* writer = nullptr;
    // How often `tick` is called at least; nothing: only when something came.
    std::optional<Duration> tick_every;
    // After whatever may have ended flows, and at every tick. Its failure ends
    // the watch.
    std::function<Result<void>()> tick;
    // A descriptor that is to be ticked at when it can be written to; -1 for
    // none.
    std::function<int()> writable = [] { return -1; };
    // While there is one, no frame is read: they can wait.
    bool waits_for_reader = false;
    // No sink is called meanwhile.
    std::function<Result<void>()> reload;
    std::function<void(const std::string&)> notice;
  };

  // The sinks, one a thread, must outlive the watch. Ticks come from the
  // caller's thread.
  Watch(Options options, std::span<FlowSink* const> sinks);
  Watch(Options options, FlowSink& sink)
      : Watch(std::move(options), std::array{&sink}) {}

  Result<void> take(std::span<const Frame> frames) override;
  void note_silence(Duration since_last_frame) override;
  Result<WaitRequest> poll() override;
  Result<void> reload() override;
  void notice(const std::string& text) override { options_.notice(text); }

  // Ends all bursts and writes what waits. To be called last.
  Result<void> finish();

  const ShardedMeter& sharded_meter() const { return sharded_meter_; }
  std::uint64_t bytes() const { return bytes_; }  // on the wire, of all frames
  // A capture that could not be written was given up, and the watch went on.
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
