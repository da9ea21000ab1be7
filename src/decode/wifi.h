// SPDX-License-Identifier: Apache-2.0
//
// Wi-Fi frames (IEEE 802.11-2020, section 9) as recorded in monitor mode, and
// the headers that recorders put before them.
//
// Data frames that were sent in clear are decoded: with three or four
// addresses, quality of service and high throughput control. Of an aggregate
// (A-MSDU) the first frame is. Protected frames are encrypted and hold no IP.
// Never allocates; any thread.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "decode/ledger.h"
#include "decode/link_ends.h"

namespace flowtell {

// Whether the header is padded to a multiple of 4 bytes, as some cards do.
enum class WifiPadding { kNone, kToFour };

struct WifiFrame {
  FrameOutcome outcome;  // kUsed: LLC follows
  std::size_t header = 0;
  LinkEnds ends{};
};

WifiFrame read_wifi(Bytes frame, WifiPadding padding) noexcept;

// A recorder's header. `size` is 0 if it is invalid or cut off.
struct WifiPreamble {
  std::size_t size = 0;
  WifiPadding padding = WifiPadding::kNone;
};

// http://www.radiotap.org
WifiPreamble read_radiotap(Bytes frame) noexcept;
// Prism's header has a fixed size; AVS's, which may be in its place, states it.
WifiPreamble read_prism_or_avs(Bytes frame) noexcept;

}  // namespace flowtell
