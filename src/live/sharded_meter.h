// SPDX-License-Identifier: Apache-2.0
//
// Meters the frames of one link with several threads. Each shard has a flow
// table, and each device belongs to one shard.
//
// The kernel's fanout (PACKET_FANOUT) cannot keep a device in one shard: if
// both ends of a pair are in the LAN, or neither, the first packet decides
// which end is the device. So the reading thread decodes each frame, finds the
// packet's device (DeviceFinder), and hands the packet to the device's shard.
// That shard has all state of a burst: its packets, the pair's first packet,
// and the device's DNS answers. Bursts, flows and verdicts equal those of one
// meter; only the order of bursts of different devices may differ. Two
// exceptions: multicast DNS is known only to devices of the same shard, and
// after an hour idle within a burst, a pair inside the LAN is attributed again.
//
// Packets are handed over in blocks, with their captured payload if names are
// searched. Each block carries a watermark: no later packet is
// older. A silence only moves the watermark. A shard that cannot keep up makes
// the reader wait, so frames are lost, and counted, only in the kernel.
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

#include "base/file.h"
#include "flow/flow_table.h"
#include "flow/frame_intake.h"
#include "flow/pair_table.h"

namespace flowtell {

class ShardedMeter {
 public:
  // One shard per sink; the sinks outlive this object. The shards divide the
  // limits of one meter among them. Throws std::system_error if the system has
  // no thread or descriptor left. REQUIRES: there is a sink.
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
  // A descriptor that becomes readable when a shard has processed a block or
  // delivered some hundred flows, and stays so until `clear_progress`; -1 with
  // one sink.
  int progress_descriptor() const { return processed_.get(); }
  void clear_progress();
  // Waits until no shard is busy. Until the next `add` or `note_silence` the
  // sinks are not called, so their shared state may be replaced.
  void wait_until_idle();

  // Ends all bursts; no frames follow. Calls `meanwhile` as the shards proceed.
  void finish(const std::function<void()>& meanwhile = [] {});

  // The progress so far; while shards are busy, the open flows are those of a
  // moment ago.
  struct Progress {
    std::uint64_t frames = 0;
    std::optional<Timestamp> last;
    std::size_t open_flows = 0;
    Ledger ledger;
  };
  Progress progress() const;
  // REQUIRES: the shards are idle or finished.
  MeterReport report() const;

  std::size_t size() const { return shards_.size(); }
  // From when the times of a shard's flows count. Set when its first flow
  // arrives; for its sink.
  const std::optional<Timestamp>& origin(std::size_t shard) const;

 private:
  enum class Then { kContinue, kFinish, kAbort };
  class Shard;
  struct Block;

  bool is_single() const { return shards_.size() == 1; }
  void hand_over_blocks();
  void hand_over_last(Then then);

  FrameIntake intake_;
  DeviceFinder finder_;
  bool with_payload_;
  Timestamp now_{};          // of the last frame, plus the silence since
  Timestamp handed_over_{};  // the time of the last handover
  Duration burst_gap_;
  FileHandle processed_;  // an eventfd, written by the shards
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace flowtell
