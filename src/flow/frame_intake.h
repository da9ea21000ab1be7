// SPDX-License-Identifier: Apache-2.0
//
// Turns the frames of one stream into packets and accounts for every frame. It
// decodes each frame once, however many flow tables share the stream.
//
// Packet times never fall (base/monotonic_times.h). One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "base/monotonic_times.h"
#include "capture/frame_source.h"
#include "decode/copy_filter.h"
#include "decode/decoder.h"
#include "decode/ledger.h"
#include "decode/owner_table.h"

namespace flowtell {

// Counts of a meter. += sums them over captures.
struct MeterReport {
  std::uint64_t frames = 0;  // read; always the ledger's sum
  Ledger ledger;
  std::uint64_t flows = 0;
  std::uint64_t late_frames = 0;  // assigned the time of the previous frame
  std::uint64_t clock_steps = 0;  // times the recorder's clock stepped back
  ClockReport clocks;             // of files; its steps are counted above too
  std::uint64_t bursts_ended_early = 0;
  std::uint64_t tcp_flows = 0;         // of at least FlowTable::kTellingPackets
  std::uint64_t one_way_flows = 0;     // of these, without one direction
  std::uint64_t owned_flows = 0;       // the capture names their apps
  std::uint64_t disputed_flows = 0;    // of these, packets name several apps
  std::uint64_t disputed_packets = 0;  // of another app than their flow
  std::set<LinkType> links;
  std::optional<Timestamp> first;  // of all frames
  std::optional<Timestamp> last;

  MeterReport& operator+=(const MeterReport& other);
};

class FrameIntake {
 public:
  explicit FrameIntake(TunnelView view) : decoder_(view) {}

  // Counts the frame. Returns whether it is a packet of a flow: then fills
  // `packet`, which borrows the frame's bytes.
  bool take(const Frame& frame, Packet& packet);

  // The times of the first and the latest frame of any kind.
  const std::optional<Timestamp>& first() const { return report_.first; }
  const std::optional<Timestamp>& last() const { return report_.last; }

  std::uint64_t frames() const { return report_.frames; }
  const Ledger& ledger() const { return report_.ledger; }
  const OwnerTable& owners() const { return owners_; }
  // What is known of the frames; nothing of flows.
  MeterReport report() const;

  // The time after a silence since the last frame. REQUIRES: there was a frame.
  Timestamp time_after(Duration silence) const;

 private:
  MonotonicTimes times_;
  Decoder decoder_;
  CopyFilter copies_;
  OwnerTable owners_;
  MeterReport report_;
};

}  // namespace flowtell
