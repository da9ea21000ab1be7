// SPDX-License-Identifier: Apache-2.0
//
// What a capture is like as a recording: how it was made shows in its flows,
// and must not be mistaken for the app.
#pragma once

#include <cstdint>
#include <optional>

#include "flow/flow_meter.h"

namespace flowtell {

struct CaptureFacts {
  // No packet on a link of the usual MTU is longer; one that is was joined of
  // several before it was recorded (segmentation or receive offload).
  static constexpr std::uint32_t kUsualMtu = 1500;
  // A TCP packet that is about as long as links carry them, or longer.
  static constexpr std::uint32_t kFullPacket = 1200;

  MeterReport meter;
  std::optional<CaptureForm> form;
  std::optional<Damage> damage;
  // Frames of which not all was kept, and the least that was kept of one. Where
  // that is also the most kept of any frame, it is the snap length; else frames
  // were cut by what they hold.
  std::uint64_t cut_frames = 0;
  std::uint32_t least_cut = UINT32_MAX;
  std::uint32_t most_kept = 0;
  // TCP packets of its rows' flows: full ones, and those beyond the usual MTU.
  std::uint64_t full_packets = 0;
  std::uint64_t joined_packets = 0;
};

}  // namespace flowtell
