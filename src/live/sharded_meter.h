// SPDX-License-Identifier: Apache-2.0
//
// Meters the frames of one link with several threads. Each shard has a flow
// meter, and each device belongs to one shard.
//
// The kernel's fanout (PACKET_FANOUT) cannot keep a device in one shard: if
// both ends of a pair are in the LAN, or neither, the first packet decides
// which end is the device. So the reading thread decodes each frame up to its
// ports, finds its device (DeviceFinder), and hands the frame, with a
// non-decreasing time, to the device's shard. That shard has all state of a
// burst: its packets and times, the pair's first packet, and the device's DNS
// answers. Bursts, flows and verdicts equal those of one meter; only the order
// of bursts of different devices may differ. Two exceptions: multicast DNS is
// known only to devices of the same shard, and after an hour idle within a
// burst, a pair inside the LAN is attributed again.
//
// Frames are handed over in blocks. Each block carries a watermark: no later
// frame is older. A silence only moves the watermark. A shard that cannot keep
// up makes the reader wait, so frames are lost, and counted, only in the
// kernel.
//
// With one sink there are no threads: the caller does all work. One thread
// calls this class; the shards' threads call the sinks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "flow/device_finder.h"
#include "flow/flow_meter.h"

namespace flowtell {

class ShardedMeter {
 public:
  // One shard per sink; the sinks outlive this object. The shards divide the
  // limits of one meter among them. REQUIRES: there is a sink.
  ShardedMeter(const FlowOptions& options, std::span<FlowSink* const> sinks);
  ShardedMeter(const ShardedMeter&) = delete;
  ShardedMeter& operator=(const ShardedMeter&) = delete;
  ~ShardedMeter();  // drops unfinished work

  void add(const Frame& frame);

  // As in FlowMeter. With several shards, next_end() falls within ten
  // milliseconds of the last handover while bursts may be open.
  void note_silence(Duration since_last_frame);
  std::optional<Duration> next_end() const;

  // Whether shards have unprocessed blocks.
  bool is_busy() const;
  // Waits until no shard is busy. Until the next `add` or `note_silence` the
  // sinks are not called, so their shared state may be replaced.
  void wait_until_idle();

  // Ends all bursts; no frames follow. Calls `meanwhile` about every
  // millisecond while it waits.
  void finish(const std::function<void()>& meanwhile = [] {});

  // The progress so far; while shards are busy, that of a moment ago.
  struct Progress {
    std::uint64_t frames = 0;
    std::optional<Timestamp> last;
    std::size_t open_flows = 0;
    Ledger ledger;  // with several shards, without the used frames
  };
  Progress progress() const;
  // REQUIRES: the shards are idle or finished.
  MeterReport report() const;

  std::size_t size() const { return shards_.size(); }
  // The meter of a shard's flows, whose times count from its origin.
  const FlowMeter& meter(std::size_t shard) const;

 private:
  struct BlockFrame {
    Timestamp time;
    std::size_t offset;  // of its bytes in the block
    std::uint32_t size;
    std::uint32_t wire_length;
    LinkType link;
  };
  enum class Then { kContinue, kFinish, kAbort };
  struct Block {
    std::vector<std::uint8_t> bytes;
    std::vector<BlockFrame> frames;
    Timestamp now;  // no later block holds a frame of an earlier time
    std::optional<Timestamp> origin;
    Then then = Then::kContinue;
  };
  class Shard;

  bool is_single() const { return shards_.size() == 1; }
  void hand_over_blocks();
  void hand_over_last(Then then);

  MonotonicTimes times_;
  Decoder decoder_;
  DeviceFinder finder_;
  MeterReport seen_;  // by the reader; its ledger lacks the shards' frames
  std::uint64_t frames_ = 0;
  Timestamp now_{};          // of the last frame, plus the silence since
  Timestamp handed_over_{};  // the time of the last handover
  Duration burst_gap_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace flowtell
