// SPDX-License-Identifier: Apache-2.0
//
// How a pcap file begins: what unit its times have, and, by the order of these
// bytes, the byte order of all that follows (draft-ietf-opsawg-pcap, 4).
#pragma once

#include <cstdint>

namespace flowtell {

inline constexpr std::uint32_t kMicrosecondMagic = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;

}  // namespace flowtell
