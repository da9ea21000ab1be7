// SPDX-License-Identifier: Apache-2.0
//
// How a capture was recorded. Recording conditions show in the flows and must
// not be mistaken for the app.
#pragma once

#include <cstdint>
#include <optional>

#include "flow/flow_meter.h"

namespace flowtell {

struct CaptureFacts {
  // Packets longer than the usual link MTU were joined from several before they
  // were recorded (segmentation or receive offload).
  static constexpr std::uint32_t kUsualMtu = 1500;
  // TCP packets of at least this length count as full.
  static constexpr std::uint32_t kFullPacket = 1200;

  MeterReport meter;
  std::optional<CaptureFormat> format;
  std::optional<Damage> damage;
  // Truncated frames, the shortest captured length among them, and the longest
  // captured length of any frame. If the two lengths are equal, they are the
  // snap length; otherwise frames were cut by content.
  std::uint64_t cut_frames = 0;
  std::uint32_t min_cut = UINT32_MAX;
  std::uint32_t max_captured = 0;
  // TCP packets in the flows of its rows: full ones, and ones beyond kUsualMtu.
  std::uint64_t full_packets = 0;
  std::uint64_t joined_packets = 0;
};

}  // namespace flowtell
