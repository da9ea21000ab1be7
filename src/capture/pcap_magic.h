// SPDX-License-Identifier: Apache-2.0
//
// Magic numbers of pcap files: they give the unit of the times and, by their
// byte order, the byte order of the whole file (draft-ietf-opsawg-pcap, 4).
#pragma once

#include <cstdint>

namespace flowtell {

inline constexpr std::uint32_t kMicrosecondMagic = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;

}  // namespace flowtell
