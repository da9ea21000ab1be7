// SPDX-License-Identifier: Apache-2.0
//
// A link's frames metered by several threads: a flow meter for each, and each
// device with one of them.
//
// The kernel can share out an interface's frames by itself (PACKET_FANOUT), but
// no program of its own can keep a device whole: with both ends in the LAN, or
// neither, the device is the end that the pair's first packet told. So whoever
// reads the link decodes each frame as far as its ports, asks the rule
// (DeviceFinder), and hands the frame, with a time that never falls, to the
// member that has the device. All that a burst hangs on is there: its packets,
// their times, the pair's first, what DNS told the device. Bursts, flows and
// verdicts are those of one meter; only bursts of different devices may come in
// another order. What is told to all devices at once (multicast DNS) is known
// only to devices of the same member; and whose a pair within the LAN is that
// returns after an hour's silence, in a burst that never ended, is asked anew.
//
// Frames go over in blocks, a silence as the time that every frame of a block
// and before lies at or below. A member that cannot keep up makes the reader
// wait, so that what is lost is lost, and counted, in one place: the kernel.
//
// A crew of one has no threads: all is done at once by the caller.
// One thread calls; the sinks are called by the members' own threads.
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
  // One member a sink; these outlive the crew. The members share the limits of
  // one meter among them. REQUIRES: there is a sink.
  ShardedMeter(const FlowOptions& options, std::span<FlowSink* const> sinks);
  ShardedMeter(const ShardedMeter&) = delete;
  ShardedMeter& operator=(const ShardedMeter&) = delete;
  ~ShardedMeter();  // what was not finished is given up

  void add(const Frame& frame);

  // As FlowMeter's. Of a crew of several, silence is told at least every ten
  // milliseconds while bursts may be open.
  void note_silence(Duration since_last_frame);
  std::optional<Duration> next_end() const;

  // Whether members are at work on what was handed to them.
  bool is_busy() const;
  // Waits until none is. From then on until the next `add` or `note_silence`
  // nothing moves: the place to exchange what the sinks use.
  void rest();

  // Ends all bursts: no more frames will come. While that lasts, what is given
  // is called every now and then.
  void finish(const std::function<void()>& meanwhile = [] {});

  // How far it is; while members are at work, how far they were a moment ago.
  struct Progress {
    std::uint64_t frames = 0;
    std::optional<Timestamp> last;
    std::size_t open_flows = 0;
    Ledger ledger;  // of a crew of several, what was used is not in it yet
  };
  Progress progress() const;
  // REQUIRES: it rests or has finished.
  MeterReport report() const;

  std::size_t size() const { return members_.size(); }
  // Whose flows the member's sink gets; they count from its origin.
  const FlowMeter& meter(std::size_t member) const;

 private:
  struct Piece {
    Timestamp time;
    std::size_t at;  // of its bytes in the block
    std::uint32_t size;
    std::uint32_t wire_length;
    LinkType link;
  };
  enum class Then { kMoreFollow, kFinish, kGiveUp };
  struct Block {
    std::vector<std::uint8_t> bytes;
    std::vector<Piece> frames;
    Timestamp now;  // no later block holds a frame of an earlier time
    std::optional<Timestamp> origin;
    Then then = Then::kMoreFollow;
  };
  class Member;

  bool is_alone() const { return members_.size() == 1; }
  void hand_over_what_waits();
  void dismiss(Then then);  // with the last block

  SteadyClock clock_;
  Decoder decoder_;
  DeviceFinder finder_;
  MeterReport seen_;  // by the reader; of the ledger, what no member got
  std::uint64_t frames_ = 0;
  Timestamp now_{};          // of the last frame, and the silence since
  Timestamp handed_over_{};  // until when everything was
  Duration burst_gap_;
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace flowtell
