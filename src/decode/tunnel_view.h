// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flowtell {

// Which packets of a tunnel (decode/tunnel.h) are metered.
enum class TunnelView : std::uint8_t { kInner, kOuter };

}  // namespace flowtell
